"""A site as real processes: the file of its till, the agent beside it, and what a program there asks the agent."""
import json, os, sqlite3, urllib.error, urllib.request, uuid

from hub import HERE, Broken, end, wait


class Site:
    """`application`: `shop`, `depot`, or nothing where programs write over loopback only."""

    def __init__(self, hub, folder, name, kind="store", application="shop", region="GB"):
        self.hub, self.programs, self.name, self.kind, self.application, self.region = hub, hub.programs, name, kind, application, region
        self.folder = os.path.join(folder, name)
        self.agent_folder, self.file, self.process = os.path.join(self.folder, "agent"), os.path.join(self.folder, "till.db"), None
        os.makedirs(self.folder, exist_ok=True)

    def join(self):
        """The site takes part: its agent is known to the hub, and its file is captured."""
        token = self.hub.ask("sites", {"name": self.name, "kind": self.kind, "region": self.region})["token"]
        self.agent("enroll", "--hub", self.hub.address, "--token", token)
        if self.application:
            with open(os.path.join(HERE, self.application + ".sql")) as schema: self.sql_script("PRAGMA journal_mode = WAL;" + schema.read())
            self.agent("attach", self.file, "--as", "till", "--mapping", os.path.join(HERE, self.application + ".yaml"))
        return self

    # The agent

    def agent(self, *words, may_fail=False):
        return self.programs.run("tributary-agent", *words, "--data", self.agent_folder, may_fail=may_fail)

    def sync(self):
        """Sends what there is and takes what there is, by the agent that runs or by one that is run for it."""
        if not self.process: return self.agent("sync")
        wait(f"{self.name} to have sent everything", lambda: not self.status().get("queued"))

    def status(self): return json.loads(self.agent("status", "--json", may_fail=True) or "{}")

    def run(self):
        """A daemon, which programs here may ask."""
        address = os.path.join(self.agent_folder, "loopback.address")
        if os.path.exists(address): os.remove(address)
        self.process = self.programs.start(self.folder + ".log", "tributary-agent", "run", "--data", self.agent_folder,
                                           "--listen", "127.0.0.1:0", "--log-level", "warning")
        wait(f"the agent of {self.name} to listen", lambda: os.path.exists(address) and open(address).read().strip())
        return self

    def stop(self):
        if self.process: end(self.process)
        self.process = None

    def find_customer(self, email):
        """The profiles that a clerk is shown on the site's own machine."""
        found = json.loads(self.agent("find", "customer", "--email", email, "--json", may_fail=True) or "{}")
        return [customer["profile"] for customer in found.get("customers", []) if customer["profile"]]

    # The till

    def sql(self, statement, *values):
        """One transaction of the till; the key of the row that came last."""
        db = sqlite3.connect(self.file, timeout=30)
        try:
            with db: return db.execute(statement, values).lastrowid
        finally: db.close()

    def sql_script(self, text):
        db = sqlite3.connect(self.file, timeout=30)
        try: db.executescript(text)
        finally: db.close()

    def rows(self, table, rows):
        """Many rows in one transaction: dictionaries with the same keys."""
        if not rows: return
        names = list(rows[0])
        db = sqlite3.connect(self.file, timeout=30)
        try:
            with db:
                db.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
                               [[row[name] for name in names] for row in rows])
        finally: db.close()

    # Programs beside the agent

    def ask(self, path, question, headers=None):
        def line(name):
            with open(os.path.join(self.agent_folder, name)) as file: return file.read().strip()
        request = urllib.request.Request(line("loopback.address") + path, data=json.dumps(question).encode(), headers={
            "Authorization": "Bearer " + line("loopback.secret"), "Content-Type": "application/json", **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer: return json.load(answer)
        except urllib.error.HTTPError as error: raise Broken(f"{self.name} {path}: {error.read().decode(errors='replace')[:500]}")

    def write(self, *writes):
        """Takes all writes or none."""
        return self.ask("/v1/writes", {"writes": writes}, {"Idempotency-Key": str(uuid.uuid4())})["writes"]

    def look_up(self, entity, key):
        """A record of one's own with its `seen`, once it is there."""
        def found(): return self.ask("/v1/records/search", {"entity": entity, "key": key})["records"]
        return wait(f"{self.name} to know {entity} {key}", found)[0]

    def order(self, number, state=None):
        """An order with its `seen`, once this site knows it, in that state."""
        def found():
            return [order for order in self.ask("/v1/orders/search", {"number": number})["orders"]
                    if order["order"] and state in (None, order["order"].get("state"))]
        return wait(f"{self.name} to know order {number}", found)[0]
