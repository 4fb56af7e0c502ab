/// A small till: customers, sales with lines, and a level of stock.
enum Shop {
    static let sql = """
        CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT, name TEXT);
        CREATE TABLE sales (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), number TEXT, sold_at INTEGER);
        CREATE TABLE sale_lines (sale_id INTEGER REFERENCES sales(id), line INTEGER, sku TEXT, quantity INTEGER, PRIMARY KEY (sale_id, line)) WITHOUT ROWID;
        CREATE TABLE stock (sku TEXT PRIMARY KEY NOT NULL, quantity INTEGER);
        INSERT INTO customers VALUES (1, 'ann@example.org', 'Ann'), (2, 'bob@example.org', 'Bob');
        INSERT INTO stock VALUES ('shoe', 100), ('sock', 50);
        """

    /// The quantity column tells the stock.
    static let yaml = tables + level
    /// The sale lines tell it.
    static let yamlOfLines = tables + lines

    private static let tables = """
        mapping: 1
        tables:
          customers:
            entity: customer
            fields: {email: email, name: name}
          sales:
            entity: sale
            on delete: void
            fields:
              number: number
              customer: customer_id
              at: {column: sold_at, as: unix seconds}
          sale_lines:
            entity: sale line
            on delete: void
            fields:
              sale: sale_id
              sku: sku
              quantity: quantity

        """

    private static let level = """
          stock:
            own entity: stock level
            stock:
              role: level
              sku: sku
              location: $site
              quantity: quantity
        """

    private static let lines = """
            stock:
              role: sale lines
              sku: sku
              location: $site
              quantity: quantity
        """

    /// One sale of one thing, as the till writes it: in one transaction.
    static func sale(_ id: Int, customer: Int = 1, sku: String = "shoe", quantity: Int = 1) -> String {
        """
        BEGIN;
        INSERT INTO sales VALUES (\(id), \(customer), 'S\(id)', \(1_700_000_000 + id));
        INSERT INTO sale_lines VALUES (\(id), 1, '\(sku)', \(quantity));
        UPDATE stock SET quantity = quantity - \(quantity) WHERE sku = '\(sku)';
        COMMIT;
        """
    }
}
