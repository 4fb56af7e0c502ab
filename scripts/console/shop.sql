-- The till of the shops that the console is tried with: a customer has a birth date, an address, consents and notes.

CREATE TABLE customers (
    id          INTEGER PRIMARY KEY,
    first_name  TEXT,
    last_name   TEXT,
    email       TEXT,
    phone       TEXT,
    card        TEXT,
    company     TEXT,
    born        TEXT,
    street      TEXT,
    city        TEXT,
    postcode    TEXT,
    country     TEXT,
    since       TEXT,
    remark      TEXT
);

CREATE TABLE items (
    sku       TEXT PRIMARY KEY,
    name      TEXT NOT NULL,
    category  TEXT,
    brand     TEXT,
    size      TEXT,
    price     TEXT
);

CREATE TABLE sales (
    id           INTEGER PRIMARY KEY,
    number       TEXT NOT NULL UNIQUE,
    customer_id  INTEGER REFERENCES customers (id),
    sold_at      TEXT NOT NULL,
    cashier      TEXT
);

CREATE TABLE sale_lines (
    id        INTEGER PRIMARY KEY,
    sale_id   INTEGER NOT NULL REFERENCES sales (id),
    sku       TEXT NOT NULL,
    name      TEXT,
    quantity  INTEGER NOT NULL,                     -- negative: brought back
    price     TEXT NOT NULL,
    location  TEXT                                  -- NULL: the shop itself
);

CREATE TABLE returns (
    id           INTEGER PRIMARY KEY,
    number       TEXT NOT NULL,
    sale_id      INTEGER REFERENCES sales (id),
    customer_id  INTEGER REFERENCES customers (id),
    returned_at  TEXT NOT NULL,
    reason       TEXT,
    amount       TEXT NOT NULL
);

CREATE TABLE counts (
    id          INTEGER PRIMARY KEY,
    sku         TEXT NOT NULL,
    location    TEXT,                               -- NULL: the shop itself
    quantity    INTEGER NOT NULL,
    counted_at  TEXT NOT NULL
);

CREATE TABLE consents (
    customer_id  INTEGER NOT NULL REFERENCES customers (id),
    purpose      TEXT NOT NULL,
    channel      TEXT NOT NULL,
    given        INTEGER NOT NULL,
    given_at     TEXT NOT NULL,
    PRIMARY KEY (customer_id, purpose, channel)
);

CREATE TABLE notes (
    id           INTEGER PRIMARY KEY,
    customer_id  INTEGER NOT NULL REFERENCES customers (id),
    text         TEXT NOT NULL,
    written_at   TEXT NOT NULL,
    author       TEXT
);
