"""A shop that sells on while others come back, and must not suffer."""
import os, sqlite3, time

from shop import Broken

SECONDS_BETWEEN_SALES, SECONDS_BETWEEN_LOOKS = 0.5, 0.002
ORDINARY_SECONDS = 120


class Ordinary:
    """The shop beside the others, whose agent runs: one sale at a time, and how long it took until it stood at the hub, in milliseconds."""

    def __init__(self, shop, rest=SECONDS_BETWEEN_SALES):
        self.rest = rest
        self.shop, self.number, self.since, self.took = shop, 0, None, []
        self.rests_until, self.replica, self.counter = 0, None, 0

    def look(self):
        if self.since is None:
            if time.monotonic() >= self.rests_until: self.sell()
        elif self.at_hub() > self.counter:
            self.took.append((time.monotonic() - self.since) * 1000)
            self.since, self.rests_until = None, time.monotonic() + self.rest

    def sell(self):
        self.number, self.counter = self.number + 1, self.at_hub()
        with open(self.shop.sold_log, "a") as log: log.write(f"O-{self.number}\n")
        db = sqlite3.connect(self.shop.till_file, timeout=30)
        with db:
            sale = db.execute("INSERT INTO sales (number, sold_at) VALUES (?, '2026-11-22 10:00:00')", (f"O-{self.number}",)).lastrowid
            db.execute("INSERT INTO sale_lines (sale_id, sku, quantity, unit_price) VALUES (?, 'hat', 1, '2.55')", (sale,))
        db.close()
        self.since = time.monotonic()

    def at_hub(self):
        """Its last change at the hub; before its first it has no replica there."""
        hub, agent = os.path.join(self.shop.hub_folder, "hub.db"), os.path.join(self.shop.agent_folder, "agent.db")
        if self.replica is None:
            db = sqlite3.connect(f"file:{agent}?mode=ro", uri=True, timeout=30)
            found = db.execute("SELECT replica FROM outbox_replica").fetchone()
            db.close()
            if not found: return 0
            self.replica = found[0]
        db = sqlite3.connect(f"file:{hub}?mode=ro", uri=True, timeout=30)
        try:
            return db.execute("SELECT max(last) FROM journal WHERE replica = (SELECT number FROM replica WHERE id = ?)",
                              (self.replica,)).fetchone()[0] or 0
        finally: db.close()

    def sell_so_many(self, count):
        self.wait(lambda: len(self.took) >= count)
        return self.taken()

    def finish(self):
        """With the sale that is under way."""
        self.wait(lambda: self.since is None)
        return self.taken()

    def wait(self, condition):
        end = time.monotonic() + ORDINARY_SECONDS
        while not condition():
            if time.monotonic() > end: raise Broken(f"the ordinary shop had {len(self.took)} sales at the hub in {ORDINARY_SECONDS} s")
            self.look()
            time.sleep(SECONDS_BETWEEN_LOOKS)

    def taken(self):
        took, self.took = self.took, []
        return took
