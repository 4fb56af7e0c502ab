-- Open Source POS, the tables that the mapping reads, on SQLite.

CREATE TABLE people (
    person_id     INTEGER PRIMARY KEY AUTOINCREMENT,
    first_name    VARCHAR(255) NOT NULL,
    last_name     VARCHAR(255) NOT NULL,
    gender        INT(1),
    phone_number  VARCHAR(255) NOT NULL,
    email         VARCHAR(255) NOT NULL,
    address_1     VARCHAR(255) NOT NULL,
    address_2     VARCHAR(255) NOT NULL,
    city          VARCHAR(255) NOT NULL,
    state         VARCHAR(255) NOT NULL,
    zip           VARCHAR(255) NOT NULL,
    country       VARCHAR(255) NOT NULL,
    comments      TEXT NOT NULL
);

CREATE TABLE customers (
    person_id         INT(10) NOT NULL PRIMARY KEY REFERENCES people (person_id),
    company_name      VARCHAR(255),
    account_number    VARCHAR(255) UNIQUE,
    taxable           INT(1) NOT NULL DEFAULT 1,
    discount_percent  DECIMAL(15,2) NOT NULL DEFAULT 0,
    deleted           INT(1) NOT NULL DEFAULT 0
);

CREATE TABLE employees (
    username   VARCHAR(255) NOT NULL UNIQUE,
    password   VARCHAR(255) NOT NULL,
    person_id  INT(10) NOT NULL PRIMARY KEY REFERENCES people (person_id),
    deleted    INT(1) NOT NULL DEFAULT 0
);

CREATE TABLE items (
    item_id             INTEGER PRIMARY KEY AUTOINCREMENT,
    name                VARCHAR(255) NOT NULL,
    category            VARCHAR(255) NOT NULL,
    supplier_id         INT(11),
    item_number         VARCHAR(255) UNIQUE,
    description         VARCHAR(255) NOT NULL,
    cost_price          DECIMAL(15,2) NOT NULL,
    unit_price          DECIMAL(15,2) NOT NULL,
    reorder_level       DECIMAL(15,3) NOT NULL DEFAULT 0,
    receiving_quantity  DECIMAL(15,3) NOT NULL DEFAULT 1,
    deleted             INT(1) NOT NULL DEFAULT 0
);

CREATE TABLE stock_locations (
    location_id    INTEGER PRIMARY KEY AUTOINCREMENT,
    location_name  VARCHAR(255),
    deleted        INT(1) NOT NULL DEFAULT 0
);

CREATE TABLE item_quantities (
    item_id      INT(11) NOT NULL REFERENCES items (item_id),
    location_id  INT(11) NOT NULL REFERENCES stock_locations (location_id),
    quantity     DECIMAL(15,3) NOT NULL DEFAULT 0,
    PRIMARY KEY (item_id, location_id)
);

CREATE TABLE inventory (
    trans_id         INTEGER PRIMARY KEY AUTOINCREMENT,
    trans_items      INT(11) NOT NULL REFERENCES items (item_id),
    trans_user       INT(11) NOT NULL REFERENCES employees (person_id),
    trans_date       TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    trans_comment    TEXT NOT NULL,
    trans_location   INT(11) NOT NULL REFERENCES stock_locations (location_id),
    trans_inventory  DECIMAL(15,3) NOT NULL DEFAULT 0
);

CREATE TABLE sales (
    sale_id         INTEGER PRIMARY KEY AUTOINCREMENT,
    sale_time       TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    customer_id     INT(10) REFERENCES customers (person_id),
    employee_id     INT(10) NOT NULL REFERENCES employees (person_id),
    comment         TEXT NOT NULL,
    invoice_number  VARCHAR(32) UNIQUE
);

CREATE TABLE sales_items (
    sale_id             INT(10) NOT NULL REFERENCES sales (sale_id),
    item_id             INT(10) NOT NULL REFERENCES items (item_id),
    line                INT(3) NOT NULL DEFAULT 0,
    description         VARCHAR(255),
    serialnumber        VARCHAR(30),
    quantity_purchased  DECIMAL(15,3) NOT NULL DEFAULT 0,
    item_cost_price     DECIMAL(15,2) NOT NULL,
    item_unit_price     DECIMAL(15,2) NOT NULL,
    discount_percent    DECIMAL(15,2) NOT NULL DEFAULT 0,
    item_location       INT(11) NOT NULL REFERENCES stock_locations (location_id),
    PRIMARY KEY (sale_id, item_id, line)
);

CREATE TABLE sales_payments (
    sale_id         INT(10) NOT NULL REFERENCES sales (sale_id),
    payment_type    VARCHAR(40) NOT NULL,
    payment_amount  DECIMAL(15,2) NOT NULL,
    PRIMARY KEY (sale_id, payment_type)
);
