"""One shop as real processes: a till, its agent, a hub. And, said without any of our own code but the reference reader of
change-sets, what must be true of them when everything has healed."""
import collections, json, os, signal, socket, sqlite3, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(REPOSITORY, "protocol", "reference"))
import read_changeset

WAIT_SECONDS = 60
# A view is compared when nothing waits.
SETTLING_SYNCS_MIN, SETTLING_SYNCS_MAX = 2, 8
# Of each kind of difference, so many are named.
NAMED_MAX = 20


class Broken(Exception):
    """What does not hold, or could not be done; for whoever reads the end of the output."""


class Shop:
    """`host`: a folder that nothing happens to. `disk`: the folder of the shop's machine, which gets hurt. `hub`, `agent`: their
    folders where they stand elsewhere. `around`: per program, the command that it is started by (`env`, `prlimit`, `nsenter`)."""

    def __init__(self, programs, host, disk, journal_mode="WAL", hub=None, agent=None, site="shop-1"):
        self.programs, self.host, self.disk, self.journal_mode, self.site = programs, host, disk, journal_mode, site
        self.till_file, self.agent_folder = os.path.join(disk, "till.db"), agent or os.path.join(disk, "agent")
        self.hub_folder, self.sold_log = hub or os.path.join(host, "hub"), os.path.join(host, "sold")
        self.tills = [self.till_file]
        self.processes, self.starts, self.around, self.listen, self.hub_address_for_agent = [], 0, {}, None, None

    # The shop's day

    def set_up(self, listen="127.0.0.1:0"):
        self.run("tributary-hub", "init", "--data", self.hub_folder)
        self.start_hub(listen)
        self.join()

    def join(self):
        """The site takes part: its agent is known to the hub, and its till is captured."""
        self.enroll()
        with sqlite3.connect(self.till_file) as db:
            db.execute(f"PRAGMA journal_mode = {self.journal_mode}")
            db.executescript(self.schema)
        db.close()
        open(self.sold_log, "a").close()
        self.agent("attach", self.till_file, "--as", "till", "--mapping", self.mapping)

    def start_hub(self, listen=None, environment=None):
        """At the place it had before, if none is given."""
        self.launch_hub(listen, environment)
        self.wait("the hub to listen", self.hub_listens)

    def launch_hub(self, listen=None, environment=None):
        """The same, and does not wait: it may die before it listens."""
        listen = listen or self.listen
        self.hub = self.start("hub", [*self.command("tributary-hub"), "serve", "--data", self.hub_folder,
                                      "--listen", listen, *self.beyond(listen)], environment)
        return self.hub

    def hub_listens(self):
        """Where it listens is known from its first start on; a hub that was killed leaves its address behind, so the file alone says nothing."""
        if self.hub.poll() is not None: raise Broken(f"the hub ended: {tail(self.host + '/hub.log')}")
        try:
            listen = self.listen or open(self.hub_address).read().strip().split("//")[1]
            host, port = listen.rsplit(":", 1)
            socket.create_connection((host, int(port)), timeout=2).close()
            self.listen = listen
            return True
        except (OSError, IndexError): return False

    def ask_hub(self, *words):
        """What an operator's command answers, in JSON."""
        return self.run("tributary", *words, "--data", self.hub_folder, "--json", *self.beyond(self.listen))

    @staticmethod
    def beyond(listen):
        """Plain HTTP has to be asked for by name where it leaves the machine."""
        return [] if listen.startswith("127.") else ["--allow-plain-http"]

    def stop_hub(self):
        self.hub.terminate()
        self.hub.wait(WAIT_SECONDS)

    @property
    def hub_address(self): return os.path.join(self.hub_folder, "hub.address")

    mapping = os.path.join(REPOSITORY, "agent", "mappings", "simple-shop.yaml")
    schema = open(os.path.join(REPOSITORY, "agent", "mappings", "schemas", "simple-shop.sql")).read()

    def enroll(self):
        added = self.ask_hub("site", "add", self.site, "--kind", "store")
        self.agent("enroll", "--hub", self.hub_address_for_agent or open(self.hub_address).read().strip(),
                   "--token", json.loads(added)["token"], "--allow-plain-http")

    def start_agent(self, environment=None, *words):
        """Or another of its commands, where `words` are given."""
        return self.start("agent", [*self.command("tributary-agent"), *(words or ["run"]), "--data", self.agent_folder], environment)

    def start_till(self):
        self.starts += 1
        return self.start("till", [sys.executable, os.path.join(HERE, "till.py"), self.till_file, self.sold_log,
                                   f"L{self.starts}", str(self.starts), self.journal_mode])

    def sell(self, count=5):
        """At least so many sales, and the till is gone again."""
        enough, till = self.sales() + count, self.start_till()
        try: self.wait("the till to sell", lambda: till.poll() is not None or self.sales() >= enough)
        finally: kill(till)

    def log_sales(self, count):
        """Numbers for so many sales that somebody else than the till makes."""
        self.starts += 1
        numbers = [f"M{self.starts}-{number}" for number in range(1, count + 1)]
        with open(self.sold_log, "a") as log: log.writelines(number + "\n" for number in numbers)
        return numbers

    def sales(self):
        db = sqlite3.connect(self.till_file, timeout=30)
        try: return db.execute("SELECT count(*) FROM sales").fetchone()[0]
        finally: db.close()

    def agent(self, *arguments):
        return self.run("tributary-agent", *arguments, "--data", self.agent_folder)

    def try_sync(self):
        """As above, where it may well be unable to send."""
        self.run("tributary-agent", "sync", "--data", self.agent_folder, may_fail=True)

    def status(self):
        """What `tributary-agent status` says: the whole text, for an operator's words to be found in."""
        return self.run("tributary-agent", "status", "--data", self.agent_folder, may_fail=True)

    def status_read(self):
        """The same, for programs."""
        return json.loads(self.run("tributary-agent", "status", "--json", "--data", self.agent_folder, may_fail=True))

    def is_all_told(self):
        """Whether the hub has every sale that the till's file holds."""
        return not Kept(*self.tills).sales - self.told().sales.keys()

    def told(self): return Told(os.path.join(self.hub_folder, "hub.db"))

    def settle(self, both_ways=False):
        """Everybody is whole again: captures and sends what there is, until the agent has found that it has what the hub has. `both_ways`: until
        the hub says so, too, which it hears from an agent that runs; that takes some seconds more."""
        self.settled_from, self.both_ways = time.time() * 1000, both_ways
        for number in range(1, SETTLING_SYNCS_MAX + 1):
            self.agent("sync")
            if number < SETTLING_SYNCS_MIN: continue
            if not self.unhealed_at_agent(): break
            # After a digest the hub rests nineteen times as long as it took: with many sales, debug programs and a busy machine a minute and more.
            time.sleep(min(2 ** number, WAIT_SECONDS))
        if not both_ways: return
        agent = self.start_agent()
        try: self.wait("both sides to say that they are equal", lambda: not self.unhealed())
        except Broken: pass  # `violations` says which of them does not
        finally: kill(agent)

    def close(self):
        for process in self.processes:
            if process.poll() is None: process.kill()
            process.wait()

    # What must hold

    def violations(self):
        """What is lost, doubled, forged, miscounted or not healed, once it has settled."""
        kept, told, found = Kept(*self.tills, whole=True), Folded(os.path.join(self.hub_folder, "hub.db")), []
        tried = set(open(self.sold_log).read().split())
        found += [f"lost: sale {n}" for n in sorted(kept.sales - told.sales.keys())]
        found += [f"doubled: sale {n} came {c} times" for n, c in told.sales.items() if c > 1]
        found += [f"forged: sale {n} was never made" for n in sorted(told.sales.keys() - tried)]
        found += [f"sent and taken back: sale {n}" for n in sorted(told.sales.keys() - kept.sales)]
        for entity, rows in kept.rows.items():
            at_hub = told.rows(entity)
            found += [f"lost: {entity} {row} of the till" for row in list((rows - at_hub).elements())[:NAMED_MAX]]
            found += [f"only at the hub: {entity} {row}" for row in list((at_hub - rows).elements())[:NAMED_MAX]]
        for sku in sorted(kept.units | told.moved):
            if kept.units[sku] != -told.moved[sku]:
                found.append(f"stock of {sku}: {kept.units[sku]} sold in the till, {-told.moved[sku]} at the hub")
            shown = self.stock(sku)
            if shown != told.moved[sku]: found.append(f"stock of {sku}: the hub shows {shown}, its journal says {told.moved[sku]}")
        return found + [f"held back at the hub: {reason}" for reason in told.held] + self.unhealed()

    def unhealed(self): return self.unhealed_at_agent() + (self.unhealed_at_hub() if self.both_ways else [])

    def unhealed_at_agent(self, status=None):
        """What does not hold of this: its queue is empty, and since `settle` it has found its view to be the hub's, which had all of its changes."""
        status = status or self.status_read()
        found, agreement = [f"the agent has {status['queued']} changes to send"] if status["queued"] else [], status.get("agreement", {})
        if agreement.get("isWhole") and agreement.get("equalAt", 0) >= self.settled_from: return found
        return [*found, f"the agent does not say that it is equal to the hub: {agreement}"]

    def unhealed_at_hub(self):
        site = next(site for site in json.loads(self.ask_hub("site", "list")) if site["name"] == self.site)
        told = [agent.get("exchange", {}) for agent in site["agents"] if not agent["isReplaced"]]
        if any(exchange.get("waiting") == 0 and exchange.get("equalAt", 0) >= self.settled_from for exchange in told): return []
        return [f"the hub does not say that the site is equal to it: {told}"]

    def views(self):
        """Stops the hub: what it shows must be what follows from its journal."""
        self.stop_hub()
        try: self.run("tributary-hub", "verify", "--data", self.hub_folder)
        except Broken as differs: return [str(differs)]
        return []

    def broken_promises(self):
        """What the agent was told to be on the hub's disk, and is not (law 2). Ask before it is sent again."""
        there = stored(os.path.join(self.hub_folder, "hub.db"))
        return [f"acknowledged, and not at the hub: {replica} up to {last}, which has {there.get(replica, 0)}"
                for replica, last in promised(os.path.join(self.agent_folder, "agent.db")).items() if last > there.get(replica, 0)]

    def stock(self, sku):
        shown = json.loads(self.ask_hub("stock", "show", sku))
        return sum(int(place["onHand"]) // 10_000 for place in shown["locations"])

    # Processes

    def command(self, name): return [*self.around.get(name, []), os.path.join(self.programs, name)]

    def run(self, program, *arguments, may_fail=False):
        try: done = subprocess.run([*self.command(program), *arguments], capture_output=True, text=True, timeout=WAIT_SECONDS * 2)
        except subprocess.TimeoutExpired as late: raise Broken(f"{program} {arguments[0]} did not end in {late.timeout:g} s")
        if done.returncode and not may_fail: raise Broken(f"{program} {arguments[0]}: {done.stdout.strip()} {done.stderr.strip()}")
        return done.stdout

    def start(self, name, command, environment=None):
        log = open(os.path.join(self.host, f"{name}.log"), "ab")
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **(environment or {})})
        self.processes.append(process)
        return process

    def wait(self, what, condition, seconds=WAIT_SECONDS):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition(): return
            time.sleep(.02)
        raise Broken(f"waited {seconds} s in vain for {what}")


def tail(log):
    with open(log, "rb") as file: return file.read()[-2000:].decode(errors="replace")


def promised(agent_file):
    """Per replica, the last change that the hub has acknowledged."""
    return last_changes(agent_file, "SELECT lower(hex(replica)), acknowledged FROM outbox_replica")


def stored(hub_file):
    """Per replica, the last change in the hub's journal."""
    return last_changes(hub_file, "SELECT lower(hex(id)), max(last) FROM journal JOIN replica ON replica.number = journal.replica GROUP BY id")


def last_changes(file, query):
    db = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)
    try: return dict(db.execute(query))
    finally: db.close()


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


class Kept:
    """What the till's file holds, or several together, by plain SQL."""

    # Row by row, in the form in which `Folded` has them.
    queries = {
        "customer": "SELECT id, name, email, phone, country FROM customers",
        "sale": "SELECT id, number, customer_id FROM sales",
        "sale line": "SELECT id, sale_id, sku, quantity * 10000 FROM sale_lines",
    }

    def __init__(self, *files, whole=False):
        self.sales, self.units, self.rows = set(), collections.Counter(), {}
        for file in files:
            db = sqlite3.connect(file, timeout=30)
            integrity = db.execute("PRAGMA integrity_check").fetchone()[0]
            if integrity != "ok": raise Broken(f"the till's own file is damaged: {integrity}")
            self.sales |= {number for number, in db.execute("SELECT number FROM sales")}
            self.units.update(dict(db.execute("SELECT sku, sum(quantity) FROM sale_lines GROUP BY sku")))
            for entity, query in self.queries.items() if whole else ():
                self.rows.setdefault(entity, collections.Counter()).update(db.execute(query))
            db.close()


class Told:
    """What the hub's journal holds, set by set: no merging, only counting."""

    def __init__(self, file):
        self.sales, self.moved, sources = collections.Counter(), collections.Counter(), {}
        db = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)
        for bytes, in db.execute("SELECT bytes FROM journal ORDER BY number"):
            changes = read_changeset.read(bytes)
            if changes["opening"]: sources[changes["replica"]] = changes["opening"]["source"]
            for change in changes["changes"]: self.take(change, sources[changes["replica"]])
        self.held = [reason for reason, in db.execute("SELECT reason FROM held")]
        self.incarnations = db.execute("SELECT count(DISTINCT replica) FROM journal").fetchone()[0]
        db.close()

    def forgetful(self):
        """Where no copy was put back, whoever goes on as another writer has lost what it had synced, or took it for lost."""
        return [] if self.incarnations < 2 else [f"the agent began anew: {self.incarnations} writers told of one till"]

    def take(self, change, source):
        if change["action"] == "write" and change["entity"] == "sale" and change["life"] is None:
            self.sales[next(f["value"] for f in change["fields"] if f["field"] == "number")] += 1
        stock = change["stock"]
        if stock and "movement" in stock:
            self.moved[stock["sku"]] += stock["quantity"] // 10_000


class Folded(Told):
    """The same, and what its writes amount to, each source's in their order: the rows that a till which never deletes must have."""

    fields = {"customer": ["name", "email", "phone", "country"], "sale": ["number", "customer"], "sale line": ["sale", "sku", "quantity"]}

    def __init__(self, file):
        self.records = {entity: collections.defaultdict(dict) for entity in self.fields}
        super().__init__(file)

    def take(self, change, source):
        super().take(change, source)
        if change.get("entity") not in self.fields: return
        records, name = self.records[change["entity"]], (change["source"] or source, *change["key"])
        if change["action"] == "delete": records.pop(name, None)
        else: records[name].update((field["field"], field["value"]) for field in change["fields"])

    def rows(self, entity):
        """Of whatever source: each is one row of a till's table. A reference stands as the key that it names."""
        def plain(value): return value["key"][0] if isinstance(value, dict) else value
        return collections.Counter((name[1], *(plain(record.get(field)) for field in self.fields[entity]))
                                   for name, record in self.records[entity].items())
