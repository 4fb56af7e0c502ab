-- A web shop's own schema. Keys are text where the back-end makes them, money is integer cents, times are
-- milliseconds since 1970, and tables that are read by their key alone are WITHOUT ROWID.

CREATE TABLE addresses (
    id        INTEGER PRIMARY KEY,
    street    TEXT NOT NULL,
    city      TEXT NOT NULL,
    postcode  TEXT NOT NULL,
    country   TEXT NOT NULL
);

CREATE TABLE customers (
    id            TEXT NOT NULL PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE,
    phone         TEXT,
    first_name    TEXT,
    last_name     TEXT,
    password_hash BLOB,
    address_id    INTEGER REFERENCES addresses (id),
    created_ms    INTEGER NOT NULL,
    erased_ms     INTEGER
) WITHOUT ROWID;

CREATE TABLE carts (
    id           TEXT NOT NULL PRIMARY KEY,
    customer_id  TEXT REFERENCES customers (id),
    updated_ms   INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE cart_items (
    cart_id   TEXT NOT NULL REFERENCES carts (id) ON DELETE CASCADE,
    sku       TEXT NOT NULL,
    quantity  INTEGER NOT NULL,
    added_ms  INTEGER NOT NULL,
    PRIMARY KEY (cart_id, sku)
) WITHOUT ROWID;

CREATE TABLE orders (
    id           INTEGER PRIMARY KEY,
    number       TEXT NOT NULL UNIQUE,
    customer_id  TEXT REFERENCES customers (id),
    status       TEXT NOT NULL,
    placed_ms    INTEGER NOT NULL,
    total_cents  INTEGER NOT NULL,
    currency     TEXT NOT NULL
);

CREATE TABLE order_lines (
    order_id    INTEGER NOT NULL REFERENCES orders (id),
    line        INTEGER NOT NULL,
    sku         TEXT NOT NULL,
    title       TEXT NOT NULL,
    quantity    INTEGER NOT NULL,
    unit_cents  INTEGER NOT NULL,
    total_cents INTEGER GENERATED ALWAYS AS (quantity * unit_cents) VIRTUAL,
    PRIMARY KEY (order_id, line)
) WITHOUT ROWID;

CREATE TABLE shipments (
    id          INTEGER PRIMARY KEY,
    order_id    INTEGER NOT NULL REFERENCES orders (id),
    state       TEXT NOT NULL,
    carrier     TEXT,
    tracking    TEXT,
    shipped_ms  INTEGER
);

CREATE TABLE page_events (
    id           INTEGER PRIMARY KEY,
    session      TEXT NOT NULL,
    customer_id  TEXT REFERENCES customers (id),
    kind         TEXT NOT NULL,
    page         TEXT,
    sku          TEXT,
    detail       TEXT,
    at_ms        INTEGER NOT NULL
);

CREATE TABLE consents (
    customer_id  TEXT NOT NULL REFERENCES customers (id),
    purpose      TEXT NOT NULL,
    channel      TEXT NOT NULL,
    given        INTEGER NOT NULL,
    at_ms        INTEGER NOT NULL,
    document     TEXT,
    PRIMARY KEY (customer_id, purpose, channel)
) STRICT, WITHOUT ROWID;

CREATE TABLE stock (
    sku        TEXT NOT NULL,
    warehouse  TEXT NOT NULL,
    on_hand    INTEGER NOT NULL,
    reserved   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (sku, warehouse)
) WITHOUT ROWID;
