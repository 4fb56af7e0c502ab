-- A small till, made for Tributary's demo and its tests.
-- Times are the shop's wall clock as text, prices decimal text: what many tills do.

CREATE TABLE customers (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    name     TEXT,
    email    TEXT,
    phone    TEXT,
    country  TEXT
);

CREATE TABLE items (
    sku          TEXT PRIMARY KEY,
    description  TEXT NOT NULL,
    price        TEXT
);

CREATE TABLE sales (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    number        TEXT NOT NULL UNIQUE,             -- on the receipt; a cancellation has one of its own
    sold_at       TEXT NOT NULL,                    -- 2010-12-01 08:26:00
    customer_id   INTEGER REFERENCES customers (id),
    order_number  TEXT                              -- of the web order that this sale fulfils
);

CREATE TABLE sale_lines (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    sale_id     INTEGER NOT NULL REFERENCES sales (id),
    sku         TEXT NOT NULL,
    description TEXT,
    quantity    INTEGER NOT NULL,                   -- negative: brought back or cancelled
    unit_price  TEXT NOT NULL,                      -- 2.55
    location    TEXT                                -- NULL: the shop itself
);
CREATE INDEX sale_lines_by_sale ON sale_lines (sale_id);

CREATE TABLE stock_counts (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    sku         TEXT NOT NULL,
    location    TEXT,                               -- NULL: the shop itself
    quantity    INTEGER NOT NULL,
    counted_at  TEXT NOT NULL
);
