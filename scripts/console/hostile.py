"""A retailer in whose tills and web shop everything that can be typed or posted is a payload."""
from hub import wait

TEN = 10
TYPED = ("first_name", "last_name", "company", "street", "city", "postcode", "country", "card", "remark", "email")
POSTED = ("first name", "last name", "company", "address", "city", "postcode", "region", "loyalty id", "note", "number")


class Hostile:
    """The part of a retailer that makes it so: ten payloads to a customer, so that each stands in several places."""

    def hostile(self, payloads):
        def at(number): return payloads[number % len(payloads)]
        till, web = self.site("till"), self.site("web", "web", None, None).run()
        till.rows("items", [{"sku": text, "name": at(number + 1), "category": at(number + 2), "brand": at(number + 3), "size": at(number + 4),
                             "price": "1.00"} for number, text in enumerate(payloads)])
        for row in range(0, len(payloads), TEN):
            self.type(till, row, at)
            self.post(web, row, at)
        self.register(till, {"first_name": at(3), "email": "till@example.com"}, days=3)
        till.sync()
        # What a web shop may not write is set aside.
        def found(): return web.ask("/v1/customers/search", {"email": "till@example.com"})["customers"]
        seen = wait("the web shop to know the till's customer", found)[0]
        web.write({"record": seen["profile"]["records"][0]["life"], "fields": {"first name": at(0)}, "seen": seen["seen"]})
        web.sync()
        return self

    def type(self, till, row, at):
        """A customer who buys, brings back, agrees to things, and about whom notes are taken."""
        person, when = {name: at(row + number) for number, name in enumerate(TYPED)}, self.ago(days=1)
        customer = self.register(till, {**person, "email": person["email"] + "@example.com"}, days=3)
        sale = till.sql("INSERT INTO sales (number, customer_id, sold_at, cashier) VALUES (?, ?, ?, ?)", at(row), customer, when, at(row + 1))
        till.rows("sale_lines", [{"sale_id": sale, "sku": at(row + number), "name": at(row + number + 1), "quantity": 1, "price": "1.00",
                                  "location": at(row + number + 2) if number % 3 == 0 else None} for number in range(TEN)])
        till.rows("returns", [{"number": at(row + 3), "sale_id": sale, "customer_id": customer, "returned_at": when, "reason": at(row + 4),
                               "amount": "1.00"}])
        till.rows("notes", [{"customer_id": customer, "text": at(row + number), "written_at": when, "author": at(row + number + 1)}
                            for number in range(TEN)])
        till.rows("consents", [{"customer_id": customer, "purpose": at(row + number), "channel": at(row + number + 1), "given": number % 2,
                                "given_at": when} for number in range(0, TEN, 3)])

    def post(self, web, row, at):
        """A customer with an order, whom two writers then disagree about, field by field."""
        key, when = f"C{row}", self.at(days=1)
        web.write(
            {"entity": "customer", "key": key, "fields": {"first name": at(row), "email": f"hostile{row}@example.com", "account id": at(row + 1),
                                                          "device id": at(row + 2)}},
            {"entity": "order", "key": key, "fields": {"number": at(row), "customer": {"key": key}, "state": at(row + 1), "currency": "GBP",
                                                       "total": "1.00", "at": when}},
            {"entity": "order line", "key": key, "fields": {"order": {"key": key}, "sku": at(row + 2), "name": at(row + 3), "quantity": "1",
                                                            "amount": "1.00", "currency": "GBP"}},
            {"entity": "shipment", "key": key, "fields": {"order number": at(row), "state": at(row + 4), "carrier": at(row + 5),
                                                          "tracking number": at(row + 6)}},
            {"entity": "event", "key": key, "fields": {"kind": at(row + 7), "customer": {"key": key}, "page": at(row + 8), "detail": at(row + 9),
                                                       "sku": at(row), "at": when}},
            {"stock": {"kind": "reservation", "sku": at(row), "location": at(row + 1), "quantity": "1", "note": at(row + 2)}})
        first, second = [{name: at(row + number + step) for number, name in enumerate(POSTED)} for step in (0, 1)]
        self.write_twice(web, key, first, second)
