#!/usr/bin/env python3
"""A small retailer in a folder of its own: a hub, three stores, a warehouse, a web shop, and a year's worth of trouble in one day.

    retailer.py [trade|single|many|empty] [--programs FOLDER]

Everything goes through the programs themselves: tills are SQLite files that agents capture, the web shop writes over its agent's
loopback, people get their passwords at the console. Only the clock is helped along: that a site has been silent for hours is written
into the hub's file. Run by itself, it opens one to look at, and says where and who may sign in.
"""
import argparse, datetime, os, shutil, signal, sys, tempfile

from day import Day
from goods import BY_SKU, ITEMS, People, posted
from hostile import Hostile
from hub import Hub, Programs, wait
from piles import Piles
from shops import Site

ROLES = {"anna": "admin", "ben": "operator", "cleo": "operator", "vera": "viewer"}


class Retailer(Day, Hostile, Piles):
    """`people`: a hub that is not running, whose people work here, too. `proposes`: whether the hub looks for who may be one person."""

    def __init__(self, folder, programs=None, people=None, proposes=True):
        self.folder, self.programs, self.sites, self.keys, self.receipts = folder, programs or Programs(), {}, {}, 0
        # A conflict that was decided, once there is one.
        self.decided = None
        os.makedirs(folder, exist_ok=True)
        home = os.path.join(folder, "hub")
        self.hub = people.copy(home) if people else Hub(self.programs, home).make()
        self.hub.proposes = proposes
        self.hub.start()
        if not people:
            for name, role in ROLES.items(): self.hub.welcome(name, role)
        self.now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=self.programs.ahead)

    def site(self, name, kind="store", application="shop", region="GB"):
        site = self.sites[name] = Site(self.hub, self.folder, name, kind, application, region)
        return site.join()

    def close(self): self.programs.close()

    def settle(self):
        """What every site has is at the hub."""
        for site in self.sites.values(): site.sync()

    def run_agents(self):
        for site in self.sites.values():
            if not site.process: site.run()
        return self

    def match(self):
        """Who may be one person is proposed anew; the hub may be at it already."""
        wait("proposals", lambda: self.programs.run("tributary", "identity", "match", "--data", self.hub.folder, may_fail=True))

    # When

    def ago(self, **span): return self.before(span).strftime("%Y-%m-%d %H:%M:%S")
    def at(self, **span): return self.before(span).strftime("%Y-%m-%dT%H:%M:%SZ")
    def before(self, span): return self.now - datetime.timedelta(**span)

    # What a till does

    def register(self, store, person, **ago):
        """The key of the customer."""
        names = list(person)
        key = store.sql(f"INSERT INTO customers ({', '.join(names)}, since) VALUES ({', '.join('?' * len(names))}, ?)",
                        *person.values(), self.ago(**ago))
        self.keys.setdefault(store.name, []).append(key)
        return key

    def sell(self, store, lines, customer=None, number=None, location=None, **ago):
        """`lines`: pieces per SKU."""
        self.receipts += 1
        sale = store.sql("INSERT INTO sales (number, customer_id, sold_at, cashier) VALUES (?, ?, ?, ?)",
                         number or f"{store.name[:2].upper()}-{self.receipts:04}", customer, self.ago(**ago), "Till 1")
        store.rows("sale_lines", [{"sale_id": sale, "sku": sku, "name": BY_SKU[sku]["name"], "quantity": quantity,
                                   "price": BY_SKU[sku]["price"], "location": location} for sku, quantity in lines.items()])
        return sale

    def count(self, store, sku, quantity, location=None, **ago):
        store.rows("counts", [{"sku": sku, "location": location, "quantity": quantity, "counted_at": self.ago(**ago)}])

    # What a warehouse and a web shop do

    def move(self, sku, kind, quantity, place="hall", document=None, other=None, **ago):
        """A row of the warehouse's ledger."""
        return {"sku": sku, "place": place, "kind": kind, "quantity": quantity, "document": document, "other": other, "moved_at": self.ago(**ago)}

    def place(self, web, number, customer, sku, **ago):
        """An order of one piece, which is reserved for it in the hall."""
        item = BY_SKU[sku]
        web.write(
            {"entity": "order", "key": number, "fields": {"number": number, "customer": {"key": customer}, "state": "placed",
                                                          "at": self.at(**ago), "total": item["price"], "currency": "GBP"}},
            {"entity": "order line", "key": f"{number}/1", "fields": {
                "order": {"key": number}, "sku": sku, "name": item["name"], "quantity": "1", "unit price": item["price"],
                "amount": item["price"], "currency": "GBP"}},
            {"stock": {"kind": "reservation", "sku": sku, "location": "hall", "quantity": "1", "note": number}})

    def write_twice(self, web, key, first, second, entity="customer"):
        """Two writers who were shown the same, and not each other."""
        seen = web.look_up(entity, key)
        for fields in (first, second): web.write({"record": seen["record"], "fields": fields, "seen": seen["seen"]})

    # Other retailers than `trade`

    def single(self):
        """A hub with one of everything: a shop and a web shop, an article, a customer, a sale, an order, a conflict."""
        only, web = self.site("camden", region=None), self.site("web", "web", None, None).run()
        person = People(1).next()
        customer = self.register(only, person, days=2)
        only.rows("items", ITEMS[:1])
        self.sell(only, {ITEMS[0]["sku"]: 1}, customer, days=1)
        web.write({"entity": "customer", "key": "C1", "fields": posted(person)})
        self.place(web, "W-1001", "C1", ITEMS[0]["sku"], hours=3)
        self.settle()
        self.hub.people["ben"].post("/quality/refresh")
        return self


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", default="trade", choices=["trade", "single", "many", "empty"])
    parser.add_argument("--programs")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # what was started ends then, too
    folder, programs = tempfile.mkdtemp(prefix="tributary-retailer-"), Programs(options.programs)
    try:
        retailer = Retailer(os.path.join(folder, "retailer"), programs)
        if options.what != "empty": getattr(retailer, options.what)()
        retailer.run_agents()
        print(f"{retailer.hub.address} until Ctrl-C. Its people, and their passwords:")
        for person in retailer.hub.people.values(): print(f"  {person.name:5} {person.role:9} {person.password}")
        print(f"Its files: {folder}", flush=True)
        signal.pause()
    except KeyboardInterrupt: pass
    finally:
        programs.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__": main()
