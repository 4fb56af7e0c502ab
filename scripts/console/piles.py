"""A retailer that has thousands of everything: what a page shows of it has to end somewhere, and go on."""
import os, time

from goods import ADA, People, posted
from hub import Broken

# In what agents and programs of the web shop send.
CUSTOMERS, ARTICLES, SITES, SALES, BATCH = 2_000, 2_000, 400, 200, 1_000
# Of one article and one customer, one order, one number, one field, one customer's orders; changes that the hub sets aside; decisions.
MOVED, LINES, NAMESAKES, WRITES, ORDERS, ASIDE, DECIDED = 1_000, 300, 120, 1_000, 1_000, 1_000, 500
# In the hub's file: of what only people and time bring about.
PROPOSED, LOOKED_UP, NOTED, NOTED_ON_ONE, EXCHANGED, TOKENS = 1_000, 3_000, 2_000, 100, 1_000, 200
# So few teach the model who may be one person: to compare thousands takes half a minute of a debug build.
LEARNT_FROM = 60

BUSY, LONG, TWICE = "SKU-00000", "W-1001", "W-7"


class Piles:
    """The part of a retailer that makes it so."""

    def many(self):
        """A store whose customers are all there twice, whose articles were all sold and never counted, so that each is a conflict; a web
        shop; and sites that have still to enrol."""
        till, web = self.site("camden"), self.site("web", "web", None, None).run()
        self.fill_till(till)
        self.fill_web(web)
        web.stop()
        self.hub.people["ben"].post("/quality/refresh")
        for number in range(SITES): self.hub.ask("sites", {"name": f"shop-{number:04}", "kind": "store", "region": f"region {number % 9}"})
        discard = {"filter": {"kind": "quarantine"}, "rule": "discard", "author": "ben", "isDryRun": False}
        done = len(self.hub.ask("conflicts/resolve-all", discard)["decided"])
        if done != DECIDED: raise Broken(f"{done} conflicts were decided, not {DECIDED}")
        noted = [one["id"] for one in self.hub.conflicts("oversell")]
        self.talked_of = noted[0]
        self.hub.aside(lambda db: self.fill_file(db, noted))
        return self

    # What a till and a web shop have

    def fill_till(self, till):
        people = People(3)
        first = [{**ADA, "street": "12 Saddler Street"}, *(people.next() for _ in range(CUSTOMERS // 2 - 1))]
        # Moved house, and gave nothing to be known by.
        twins = [{**person, "email": None, "phone": None, "street": f"{number} Station Road"} for number, person in enumerate(first)]
        till.rows("customers", first[:LEARNT_FROM] + twins[:LEARNT_FROM])
        till.sync()
        self.match()
        till.rows("customers", first[LEARNT_FROM:] + twins[LEARNT_FROM:])
        till.rows("sales", [{"number": f"S-{number}", "customer_id": number % LEARNT_FROM + 2, "sold_at": self.ago(days=1, seconds=number)}
                            for number in range(SALES)])
        till.rows("sale_lines", [self.line(number % SALES + 1, f"SKU-{number:05}") for number in range(ARTICLES)])
        # Ada buys one thing, over and over.
        till.rows("sales", [{"number": f"A-{number}", "customer_id": 1, "sold_at": self.ago(days=1, minutes=number)}
                            for number in range(MOVED)])
        till.rows("sale_lines", [self.line(SALES + number + 1, BUSY) for number in range(MOVED)])
        till.sync()

    def line(self, sale, sku): return {"sale_id": sale, "sku": sku, "name": "Article " + sku, "quantity": 1, "price": "1.00"}

    def fill_web(self, web):
        def customer(**fields): return {"entity": "customer", "key": "C1", "fields": fields}
        def order(key, number, minutes): return {"entity": "order", "key": key, "fields": {
            "number": number, "customer": {"key": "C1"}, "state": "placed", "at": self.at(days=3, minutes=minutes), "total": "1.00",
            "currency": "GBP"}}
        def line(key, number): return {"entity": "order line", "key": f"{key}/{number}", "fields": {
            "order": {"key": key}, "sku": f"SKU-{number:05}", "name": f"Article {number}", "quantity": "1", "amount": "1.00"}}
        def shipment(number): return {"entity": "shipment", "key": f"P-{number}", "fields": {
            "order number": LONG, "state": "shipped", "carrier": "Parcel Post", "tracking number": f"PP-{number}",
            "at": self.at(days=2, minutes=number)}}
        # One that ends by itself has to name its document: the hub sets each aside.
        def astray(number): return {"stock": {
            "kind": "reservation", "sku": f"SKU-{number:05}", "location": "hall", "quantity": "1", "expires": self.at(days=-9)}}
        writes = [customer(**posted(ADA)), *(customer(city=f"Town {number}") for number in range(WRITES)),
                  order(LONG, LONG, 0), *(line(LONG, number) for number in range(LINES)), *(shipment(number) for number in range(LINES)),
                  *(order(f"{TWICE}/{number}", TWICE, number) for number in range(NAMESAKES)),
                  *(order(f"W-{number}", f"W-{number}", number) for number in range(2_000, 2_000 + ORDERS)),
                  *(astray(number) for number in range(ASIDE))]
        for start in range(0, len(writes), BATCH): web.write(*writes[start:start + BATCH])
        web.sync()

    # What people and time bring about

    def fill_file(self, db, noted):
        """As the hub would have written it, over weeks."""
        now = int(time.time() * 1000)
        def ago(number): return now - number * 60_000
        records = [record for record, in db.execute("SELECT record FROM customer ORDER BY record")]
        first, twins = self.pairs(records)
        db.executemany("INSERT OR REPLACE INTO proposal (lower, higher, bits) VALUES (?, ?, ?)",
                       [(lower, higher, 20_000 - number) for number, (lower, higher) in enumerate(zip(first, twins))])
        db.executemany("INSERT INTO look_up (at, who, what, subject, found, times) VALUES (?, ?, 'order', ?, 1, 1)",
                       [(ago(number), ("ben", "cleo", "anna")[number % 3], f"W-{number}") for number in range(LOOKED_UP, 0, -1)])
        notes = [(noted[0], ago(NOTED + number), "ben", f"Counted once more: {number}") for number in range(NOTED_ON_ONE, 0, -1)]
        notes += [(noted[1 + number % (len(noted) - 1)], ago(number), "cleo", f"Rang the shop, {number}") for number in range(NOTED, 0, -1)]
        db.executemany("INSERT INTO conflict_note (conflict, at, who, text) VALUES (?, ?, ?, ?)", notes)
        site, key = db.execute("SELECT site, key FROM agent WHERE site = (SELECT number FROM site WHERE name = 'camden')").fetchone()
        last = db.execute("SELECT coalesce(max(number), 0) FROM exchange WHERE site = ?", (site,)).fetchone()[0]
        db.executemany(
            "INSERT INTO exchange (site, number, agent, at, until, kind, outcome, requests, sets, changes, entries, bytes_in, bytes_out)"
            " VALUES (?, ?, ?, ?, ?, 'push', '', 1, 1, ?, 0, 900, 300)",
            [(site, last + number + 1, key, ago(EXCHANGED - number), ago(EXCHANGED - number) + 40, number + 1) for number in range(EXCHANGED)])
        db.executemany("INSERT INTO api_token (name, hash, role, created, expires, author) VALUES (?, ?, 'viewer', ?, ?, 'anna')",
                       [(f"report {number}", os.urandom(32), ago(number), now + 86_400_000 * (number + 1)) for number in range(TOKENS)])

    @staticmethod
    def pairs(records):
        """Each customer's record and their twin's, in the order in which the till had them."""
        both, rest = records[:2 * LEARNT_FROM], records[2 * LEARNT_FROM:]
        half = CUSTOMERS // 2 - LEARNT_FROM
        return both[:LEARNT_FROM] + rest[:half], both[LEARNT_FROM:] + rest[half:2 * half]
