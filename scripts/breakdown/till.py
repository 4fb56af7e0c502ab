#!/usr/bin/env python3
"""A till that sells until it is killed.

    till.py FILE LOG LABEL SEED JOURNAL-MODE

It knows nothing of Tributary. Before each sale it writes the sale's number, which is given once in the world, to LOG:
what stands there was at least tried, so a sale that the hub knows and LOG does not was forged. A till that cannot
write its file ends with the reason on stderr: nobody may disturb it.
"""
import os, random, sqlite3, sys, time

SKUS = ["boots", "hat", "scarf"]
PAUSE_SECONDS = 0.008


class Till:
    def __init__(self, file, log, label, seed, journal_mode):
        self.chance, self.label, self.issued = random.Random(seed), label, 0
        self.log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.db = sqlite3.connect(file, isolation_level=None, timeout=10)
        self.db.execute(f"PRAGMA journal_mode = {journal_mode}")
        self.db.execute("PRAGMA synchronous = NORMAL")

    def sell(self):
        self.issued += 1
        number = f"{self.label}-{self.issued}"
        os.write(self.log, (number + "\n").encode())
        customer = self.db.execute("SELECT id FROM customers ORDER BY random() LIMIT 1").fetchone()
        sale = self.db.execute("INSERT INTO sales (number, sold_at, customer_id) VALUES (?, '2026-11-22 10:00:00', ?)",
                               (number, customer[0] if customer and self.chance.random() < .5 else None)).lastrowid
        for _ in range(self.chance.randint(1, 3)):
            self.db.execute("INSERT INTO sale_lines (sale_id, sku, quantity, unit_price) VALUES (?, ?, ?, '2.55')",
                            (sale, self.chance.choice(SKUS), self.chance.randint(1, 4)))

    def register(self):
        person = self.chance.randint(1, 9)
        self.db.execute("INSERT INTO customers (name, email) VALUES (?, ?)", (f"Person {person}", f"person{person}@example.org"))

    def edit(self):
        phone = f"+44207946{self.chance.randint(1000, 9999)}"
        self.db.execute("UPDATE customers SET phone = ? WHERE id = (SELECT max(id) FROM customers)", (phone,))

    def correct(self):
        self.db.execute("UPDATE sale_lines SET quantity = quantity + 1 WHERE id = (SELECT max(id) FROM sale_lines)")

    def act(self):
        deed = self.chance.choices([self.sell, self.register, self.edit, self.correct], [80, 8, 7, 5])[0]
        self.db.execute("BEGIN IMMEDIATE")
        deed()
        self.db.execute("COMMIT")


if __name__ == "__main__":
    file, log, label, seed, journal_mode = sys.argv[1:]
    till = Till(file, log, label, int(seed), journal_mode)
    while True:
        till.act()
        time.sleep(till.chance.random() * PAUSE_SECONDS)
