"""A hub as a real process, and the people who sign in at its console."""
import json, os, re, shutil, signal, sqlite3, subprocess, time, urllib.error, urllib.parse, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.dirname(os.path.dirname(HERE))
WAIT_SECONDS = 60


class Broken(Exception):
    """What could not be done, or does not hold; for whoever reads the end of the output."""


def wait(what, condition, seconds=WAIT_SECONDS):
    """What the condition answers with, once that is not nothing."""
    end, pause = time.monotonic() + seconds, .02
    while time.monotonic() < end:
        answer = condition()
        if answer: return answer
        time.sleep(pause)
        pause = min(.25, pause * 1.5)
    raise Broken(f"waited {seconds} s in vain for {what}")


class Programs:
    """The product's programs in one folder, and the processes that were started from there."""

    def __init__(self, folder=None):
        self.folder, self.processes = folder or os.path.join(REPOSITORY, ".build", "debug"), []
        # A clock that can be set, and by how many seconds the end of its day is ahead of now.
        self.clock, self.ahead = None, 0

    def run(self, program, *words, may_fail=False):
        done = subprocess.run([os.path.join(self.folder, program), *words], capture_output=True, text=True, timeout=WAIT_SECONDS * 3,
                              env=self.environment())
        if done.returncode and not may_fail: raise Broken(f"{program} {' '.join(words[:3])}: {done.stdout.strip()} {done.stderr.strip()}")
        return done.stdout

    def start(self, log, program, *words, environment=None):
        with open(log, "ab") as file:
            process = subprocess.Popen([os.path.join(self.folder, program), *words], stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                                       env=self.environment(environment))
        self.processes.append(process)
        return process

    def environment(self, more=None):
        """Nothing of the developer's own settings; and the time of day that is played."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("TRIBUTARY_")}
        return {**own, **(self.clock.environment() if self.clock else {}), **(more or {})}

    def close(self):
        """The youngest first: agents before their hub."""
        for process in reversed(self.processes): end(process)
        self.processes = []


def end(process):
    if process.poll() is None: process.send_signal(signal.SIGTERM)
    try: process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def tail(log):
    with open(log, "rb") as file: return file.read()[-2000:].decode(errors="replace")


class Hub:
    def __init__(self, programs, folder):
        self.programs, self.folder, self.process, self.address, self.people, self.proposes = programs, folder, None, None, {}, True

    def make(self):
        self.programs.run("tributary-hub", "init", "--data", self.folder)
        return self

    def start(self):
        """At the place it had before, if it had one: its agents know it by that."""
        place, file = (self.address or "http://127.0.0.1:0").split("//")[1], os.path.join(self.folder, "hub.address")
        if os.path.exists(file): os.remove(file)
        log, settings = self.folder + ".log", self.folder + ".yaml"
        with open(settings, "w") as text: text.write(f"propose-links: {str(self.proposes).lower()}\n")
        self.process = self.programs.start(log, "tributary-hub", "serve", "--data", self.folder, "--listen", place, "--log-level", "warning",
                                           "--config", settings)
        def listens():
            if self.process.poll() is not None: raise Broken(f"the hub ended: {tail(log)}")
            return os.path.exists(file) and open(file).read().strip()
        self.address = wait("the hub to listen", listens)
        return self

    def stop(self): end(self.process)

    @property
    def secret(self):
        with open(os.path.join(self.folder, "hub.secret")) as file: return file.read().strip()

    def command(self, *words, may_fail=False):
        """What an operator's command answers, in JSON."""
        return json.loads(self.programs.run("tributary", *words, "--data", self.folder, "--json", may_fail=may_fail) or "null")

    def ask(self, path, body=None):
        """What the hub answers a program; `None` where there is no such thing."""
        request = urllib.request.Request(f"{self.address}/v1/{path}", data=None if body is None else json.dumps(body).encode(),
                                         headers={"Authorization": "Bearer " + self.secret, "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as answer: return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == 404: return None
            raise Broken(f"{path}: {error.code} {error.read().decode(errors='replace')[:300]}")

    def conflicts(self, kind=None):
        return [conflict for conflict in self.ask("conflicts") if kind in (None, conflict["kind"])]

    def aside(self, deed):
        """Stops the hub, does something to its file, and starts it again."""
        self.stop()
        db = sqlite3.connect(os.path.join(self.folder, "hub.db"))
        try:
            with db: deed(db)
        finally: db.close()
        self.start()

    # People

    def welcome(self, name, role):
        """A person, with a password of their own, who has signed in: all of it as they would do it. Who is there gets another password."""
        is_known = any(user["name"] == name for user in self.command("user", "list"))
        first = self.command(*(("user", "password", name) if is_known else ("user", "add", name, "--role", role)))["password"]
        person = self.people[name] = Person(self, name, role)
        person.password = first
        person.sign_in()
        own = f"the key to shelf {len(self.people)} hangs by the kettle"
        person.post("/password", old=first, new=own, again=own)
        person.password = own
        return person

    def copy(self, folder):
        """A hub that is not running, with the same people: its own from now on."""
        shutil.copytree(self.folder, folder)
        other = Hub(self.programs, folder)
        other.people = {name: person.at(other) for name, person in self.people.items()}
        return other


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_): return None


class Person:
    """Somebody at the console without a browser: sends its forms as a browser would."""

    def __init__(self, hub, name, role):
        self.hub, self.name, self.role, self.password, self.session = hub, name, role, None, None

    def at(self, hub):
        other = Person(hub, self.name, self.role)
        other.password, other.session = self.password, self.session
        return other

    def sign_in(self):
        self.session = None
        answer = self.send("/sign-in", {"name": self.name, "password": self.password, "to": "/"})
        cookie = next((value for name, value in answer.headers.items() if name.lower() == "set-cookie" and "tributary-session=" in value), None)
        if answer.status != 303 or not cookie: raise Broken(f"{self.name} cannot sign in: {answer.status}")
        self.session = cookie.split("tributary-session=")[1].split(";")[0]

    def get(self, path):
        answer = self.send(path)
        return answer.read().decode()

    def form_token(self):
        found = re.search(r'name="form" value="([0-9a-f]+)"', self.get("/password"))
        if not found: raise Broken(f"{self.name}'s page has no form")
        return found[1]

    def post(self, path, **fields):
        """The status, and where it leads or the page."""
        answer = self.send(path, {"form": self.form_token(), **fields})
        if answer.status not in (200, 303): raise Broken(f"{path}: {answer.status} {answer.read().decode()[:2000]}")
        return answer

    def send(self, path, fields=None):
        body = None if fields is None else urllib.parse.urlencode(fields, doseq=True).encode()
        request = urllib.request.Request(self.hub.address + path, data=body)
        if self.session: request.add_header("Cookie", f"tributary-session={self.session}")
        try: return urllib.request.build_opener(NoRedirect).open(request, timeout=WAIT_SECONDS)
        except urllib.error.HTTPError as answer: return answer
