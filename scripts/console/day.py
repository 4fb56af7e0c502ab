"""A day of a retailer with five sites, in which everything goes wrong that an operator may meet."""
import json, os, random, shutil

from goods import ADA, ITEMS, People, posted
from hub import wait

POOL = "boot pool"


def grow_silent(db, site, hours):
    """As if the hub had last heard a site so long ago."""
    span = hours * 3_600_000
    agents = [key for key, in db.execute("SELECT key FROM agent WHERE site = (SELECT number FROM site WHERE name = ?)", (site,))]
    for key in agents:
        db.execute("UPDATE agent SET heard = heard - ? WHERE key = ?", (span, key))
        for note, in db.execute("SELECT note FROM agent_note WHERE agent = ?", (key,)).fetchall():
            told = json.loads(note)
            for name in ("asked", "equalAt"):
                if told.get(name): told[name] -= span
            db.execute("UPDATE agent_note SET note = ? WHERE agent = ?", (json.dumps(told).encode(), key))


class Day:
    """The part of a retailer that plays it."""

    def trade(self):
        """Hour by hour, if the clock can be set; else all of it now."""
        self.open_shops()
        self.open_web()
        self.hour(8)
        self.sell_for_weeks()
        self.settle()
        self.hour(7)
        self.order_online()
        self.contradict_each_other()
        self.hour(5)
        self.share_a_pool()
        self.hour(4)
        self.disagree()
        self.hour(3)
        self.restore_a_till()
        self.lose_a_site()
        for ago in (2, 1, 0): self.hour(ago)
        self.settle()
        self.match()
        self.decide()
        self.hub.people["ben"].post("/quality/refresh")
        return self

    def hour(self, ago):
        """The day goes on to so many hours before its end, with some sales at every till; a hub that starts notes how it gets on."""
        if not self.programs.clock: return
        self.settle()
        self.programs.clock.set(self.programs.ahead - 3600 * ago)
        chance = random.Random(ago)
        for store in [site for site in self.sites.values() if site.application == "shop"]:
            for _ in range(chance.randint(2, 6)):
                self.sell(store, {chance.choice(ITEMS)["sku"]: 1}, chance.choice([None, *self.keys.get(store.name, [])]), hours=ago)
        for _ in range(2): self.settle()
        self.hub.stop()
        self.hub.start()
        # Nobody stays signed in for that long.
        if not ago:
            for person in self.hub.people.values(): person.sign_in()

    # The morning

    def open_shops(self):
        self.camden, self.leith, self.bath = [self.site(name) for name in ("camden", "leith", "bath")]
        self.truro = self.site("truro", region="Cornwall")
        self.hall = self.site("hall", "warehouse", "depot", None)
        self.stores, chance = [self.camden, self.leith, self.bath], random.Random(7)
        for store in [*self.stores, self.truro]:
            store.rows("items", ITEMS)
            # Bath has forgotten its tents.
            counted = [item["sku"] for item in ITEMS if (store.name, item["sku"]) != ("bath", "TENT-2")]
            store.rows("counts", [{"sku": sku, "location": None, "quantity": chance.randint(8, 30), "counted_at": self.ago(days=29)}
                                  for sku in counted])
        self.hall.rows("movements", [self.move(item["sku"], "receipt", chance.randint(40, 200), days=28) for item in ITEMS])
        for site in [*self.stores, self.truro, self.hall]: site.sync()

    def open_web(self): self.web = self.site("web", "web", None, None).run()

    def sell_for_weeks(self):
        """People buy where they are; some are known in two shops, some in a third under a spelling that links them to nobody."""
        people, chance = People(7), random.Random(11)
        self.known = [people.next() for _ in range(120)]
        for number, person in enumerate(self.known):
            first, second, third = [self.stores[(number + step) % 3] for step in range(3)]
            self.register(first, {**person, "card": f"FD-{1000 + number}" if number % 4 == 0 else None}, days=28)
            if number % 5 == 0: self.register(second, {**person, "phone": None, "street": None}, days=20)
            if number % 8 == 3:
                slip = person["first_name"][-1] if number % 16 == 3 else ""
                self.register(third, {**person, "email": None, "phone": None, "first_name": person["first_name"] + slip}, days=12)
        for store in self.stores:
            for _ in range(25):
                goods = chance.sample([item["sku"] for item in ITEMS], chance.choice([1, 1, 2, 3]))
                self.sell(store, {sku: chance.choice([1, 1, 1, 2]) for sku in goods}, chance.choice([None, *self.keys[store.name]]),
                          days=chance.randint(1, 27), hours=chance.randint(0, 9))
        self.sell(self.truro, {"MAP-OL7": 2}, self.register(self.truro, people.next(), days=20), days=2)

    # Online

    def order_online(self):
        """Ada buys in Camden and online, brings something back, says yes to the newsletter and no to it. Others order, too."""
        ada = self.register(self.camden, {**ADA, "card": "FD-0001", "email": "Ada.Lovelace@Example.com"}, days=27)
        sale = self.sell(self.camden, {"BOOT-39": 1, "SOCK-WOOL": 3}, ada, days=26)
        self.sell(self.camden, {"SOCK-WOOL": -1}, ada, days=25, number="R-7")
        self.camden.rows("returns", [{"number": "R-7", "sale_id": sale, "customer_id": ada, "returned_at": self.ago(days=25),
                                      "reason": "too small", "amount": "9.95"}])
        self.camden.rows("consents", [{"customer_id": ada, "purpose": "newsletter", "channel": "email", "given": 1,
                                       "given_at": self.ago(days=26)}])
        self.camden.rows("notes", [{"customer_id": ada, "text": "Prefers to be rung in the afternoon.", "written_at": self.ago(days=24),
                                    "author": "Tess"}])
        account = {"account id": "acc-1", "device id": "device-ada", "created at": self.at(days=30)}
        self.web.write(
            {"entity": "customer", "key": "C1", "fields": {**posted(ADA), **account}},
            {"entity": "event", "key": "E1", "fields": {"kind": "page view", "customer": {"key": "C1"}, "at": self.at(days=6, hours=2),
                                                        "page": "/boots", "sku": "BOOT-42"}},
            {"entity": "event", "key": "E2", "fields": {"kind": "cart", "device id": "device-ada", "at": self.at(days=6, hours=1),
                                                        "sku": "BOOT-42"}},
            {"entity": "consent", "key": "K1", "fields": {"customer": {"key": "C1"}, "purpose": "newsletter", "channel": "email",
                                                          "given": False, "at": self.at(days=3)}})
        for number, person in enumerate(self.known[:24:2]):
            key = f"C{2 * number + 10}"
            self.web.write({"entity": "customer", "key": key, "fields": {
                **posted(person), "account id": f"acc-{key}", "created at": self.at(days=15)}})
        orders = ("C1", "BOOT-42"), ("C1", "FLASK-1L"), ("C10", "TENT-2"), ("C12", "HAT-TWEED"), ("C14", "STOVE-GAS"), ("C16", "MAP-OL7")
        for number, (customer, sku) in enumerate(orders, start=1):
            self.place(self.web, f"W-{1000 + number}", customer, sku, hours=24 * (7 - number))
        self.hall.rows("movements", [self.move("BOOT-42", "adjustment", -1, document="W-1001", days=4)])
        self.hall.rows("shipments", [{"order_number": "W-1001", "state": "shipped", "carrier": "Parcel Post", "tracking": "PP-4711",
                                      "shipped_at": self.ago(days=4)}])

    def contradict_each_other(self):
        """Web shop and warehouse look at three orders, and each writes without hearing of the other: cancelled and shipped, two prices,
        deleted and picked."""
        self.hall.run()
        for number, field, at_the_web, in_the_hall in (("W-1002", "state", "cancelled", "shipped"), ("W-1003", "total", "199.00", "219.00")):
            sides = (self.web, at_the_web, self.web.order(number)), (self.hall, in_the_hall, self.hall.order(number))
            for site, value, seen in sides: site.write({"record": seen["record"], "fields": {field: value}, "seen": seen["seen"]})
        at_the_web, in_the_hall = self.web.order("W-1006"), self.hall.order("W-1006")
        self.web.write({"record": at_the_web["record"], "delete": True, "seen": at_the_web["seen"]})
        self.hall.write({"record": in_the_hall["record"], "fields": {"state": "picking"}, "seen": in_the_hall["seen"]})

    # Trouble

    def share_a_pool(self):
        """Ten pairs that two shops sell from, neither of which sees the other; a shelf that both count; a transfer that brings more than
        was sent, and one that is on its way."""
        self.count(self.camden, "BOOT-42", 10, POOL, days=3)
        self.count(self.camden, "WELL-GREEN", 12, POOL, days=3)
        for store in (self.camden, self.leith): store.sync()
        self.sell(self.camden, {"BOOT-42": 3}, location=POOL, hours=5)
        self.sell(self.leith, {"BOOT-42": 9}, location=POOL, hours=4)
        self.count(self.camden, "WELL-GREEN", 11, POOL, hours=3)
        self.count(self.leith, "WELL-GREEN", 9, POOL, hours=2)
        self.hall.rows("movements", [self.move("SCARF-RED", "transfer out", 20, document="T-17", other="annex", days=2),
                                     self.move("SCARF-RED", "transfer in", 24, "annex", "T-17", "hall", days=1),
                                     self.move("SCARF-BLUE", "transfer out", 15, document="T-18", other="annex", hours=7)])

    def disagree(self):
        """Two screens of the web shop had the same customers open."""
        for key, field, first, second in (
                ("C10", "phone", "+44 7700 900111", "+44 7700 900112"), ("C12", "phone", "+44 7700 900113", "+44 7700 900114"),
                ("C14", "phone", "+44 7700 900115", "+44 7700 900116"), ("C16", "city", "Kendal", "Kendal-on-Mint"),
                ("C18", "email", "new.address@example.com", "newer.address@example.com")):
            self.write_twice(self.web, key, {field: first}, {field: second})
        # A store's own customer is that store's: what the web shop writes there is set aside.
        def found(): return self.web.ask("/v1/customers/search", {"email": self.known[1]["email"]})["customers"]
        seen = wait("the web shop to know a store's customer", found)[0]
        self.web.write({"record": seen["profile"]["records"][0]["life"], "fields": {"phone": "+44 7700 900199"}, "seen": seen["seen"]})

    def restore_a_till(self):
        """Bath's till comes back from a backup, and has lost two sales that the hub has."""
        self.bath.sync()
        backup = self.bath.file + ".backup"
        self.bath.sql("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(self.bath.file, backup)
        for sku in ("COMPASS", "TORCH-HEAD"): self.sell(self.bath, {sku: 1}, hours=6)
        self.bath.sync()
        for end in ("", "-wal", "-shm"):
            if os.path.exists(self.bath.file + end): os.remove(self.bath.file + end)
        shutil.copyfile(backup, self.bath.file)
        self.bath.sync()
        self.sell(self.bath, {"COMPASS": 2}, hours=1)

    def lose_a_site(self):
        """Truro was last heard three hours ago; York has a token that nobody used; Ely has been closed."""
        self.truro.sync()
        self.site("ely")
        self.programs.run("tributary", "site", "revoke", "ely", "--data", self.hub.folder)
        for name in ("truro", "ely"): del self.sites[name]
        self.hub.ask("sites", {"name": "york", "kind": "store", "region": "GB"})
        if not self.programs.clock: self.hub.aside(lambda db: grow_silent(db, "truro", hours=3))

    def decide(self):
        """Some of it was decided already, and one decision taken back."""
        phones = [one for one in self.hub.conflicts("concurrent-writes") if one["about"].get("field") == "phone"]
        command, self.decided = self.hub.command, phones[0]
        take = [one["sides"][0]["dot"] for one in phones]
        command("conflict", "resolve", phones[0]["short"], "--take", take[0], "--by", "ben", "--note", "rang her up")
        command("conflict", "resolve", phones[1]["short"], "--take", take[1], "--by", "cleo")
        command("conflict", "undo", phones[1]["short"], "--by", "ben", "--note", "the other one after all")
        command("stock", "safety", "BOOT-42", "hall", "5", "--by", "ben")
        command("token", "create", "reports", "--role", "viewer", "--days", "365", "--by", "anna")
