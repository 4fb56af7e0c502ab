-- The warehouse that the console is tried with: a ledger of movements, and what was handed to a carrier.

CREATE TABLE movements (
    id        INTEGER PRIMARY KEY,
    sku       TEXT NOT NULL,
    place     TEXT NOT NULL,
    kind      TEXT NOT NULL,                        -- receipt, transfer out, transfer in, adjustment
    quantity  INTEGER NOT NULL,
    document  TEXT,
    other     TEXT,                                 -- where a transfer comes from or goes to
    moved_at  TEXT NOT NULL
);

CREATE TABLE shipments (
    id            INTEGER PRIMARY KEY,
    order_number  TEXT NOT NULL,
    state         TEXT NOT NULL,
    carrier       TEXT,
    tracking      TEXT,
    shipped_at    TEXT
);
