import GRDB
import Testing

@testable import Capture

extension MappingTests {
    @Suite("Mappings that are refused") struct Problems {
        static let sql = """
            CREATE TABLE customers (id INTEGER PRIMARY KEY, first_name TEXT, email_address TEXT, joined INTEGER, photo BLOB, group_id INTEGER REFERENCES groups (id));
            CREATE TABLE groups (id INTEGER PRIMARY KEY, title TEXT, code TEXT UNIQUE);
            CREATE TABLE sales (id INTEGER PRIMARY KEY, customer_id INTEGER, sold_at TEXT, total TEXT);
            CREATE TABLE lines (sale_id INTEGER, line INTEGER, sku TEXT, quantity TEXT, place TEXT, PRIMARY KEY (sale_id, line));
            CREATE TABLE levels (sku TEXT PRIMARY KEY, quantity INTEGER, place TEXT);
            CREATE TABLE ledger (id INTEGER PRIMARY KEY, sku TEXT, quantity INTEGER, place TEXT);
            CREATE TABLE keyless (name TEXT);
            CREATE VIEW report AS SELECT 1 AS one;
            """

        struct Case: Sendable, CustomTestStringConvertible {
            var title: String
            var yaml: String
            var expected: String
            var testDescription: String { title }
        }

        @Test("all that is wrong is said at once, with line, column and what to do", arguments: cases)
        func problems(_ example: Case) throws {
            let queue = try DatabaseQueue()
            try queue.write { try $0.execute(sql: Self.sql) }
            let schema = try queue.read { try SourceSchema.read($0) }
            let error = #expect(throws: MappingError.self) { _ = try Mapping.parse(yaml: example.yaml, file: "m.yaml").checked(against: schema) }
            #expect(error?.description == example.expected)
        }

        static let cases = [
            Case(
                title: "no YAML",
                yaml: """
                    mapping: 1
                    tables: {a: [}

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "an empty file",
                yaml: """


                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "a name twice",
                yaml: """
                    mapping: 1
                    mapping: 1

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "no version",
                yaml: """
                    tables: {}

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "another version, and nothing mapped",
                yaml: """
                    mapping: 2
                    tables: {}

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "no tables",
                yaml: """
                    mapping: 1

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "a misspelt option at the top",
                yaml: """
                    mapping: 1
                    timezon: UTC
                    tables: {}

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "a list where options belong",
                yaml: """
                    - 1

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "no entity",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      customers: {}

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "misspelt options of a table",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      customers:
                        entity: customer
                        feilds: {}
                        colour: 1

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "a value without a source, one with two",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      customers:
                        entity: customer
                        fields:
                          email: {as: text}
                          name: {column: a, constant: b}

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "a list where a word belongs",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      customers:
                        entity: customer
                        fields:
                          email: [a, b]
                        deleted: {when: 1}
                        stock: {sku: a}
                        parents: {g: {table: groups}}

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "unknown tables",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      custmers:
                        entity: customer
                      zebra:
                        entity: customer

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "one table twice",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      customers:
                        entity: customer
                      CUSTOMERS:
                        entity: customer

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "a view",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      report:
                        entity: sale
                        on delete: void

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "no key",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      keyless:
                        entity: customer

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "a key that nothing guards, and a personal one",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      keyless:
                        entity: customer
                        key: [name]
                        fields: {name: name}
                        extra: {x: nmae}

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "an unknown entity",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      customers: {entity: custommer}
                      groups: {entity: flock}

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "an unknown field",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      customers:
                        entity: customer
                        fields:
                          emial: email_address
                          zodiac: id

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "an unknown column",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      customers:
                        entity: customer
                        fields:
                          email: email_adress
                          name: zzz

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "fields in the wrong place",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      customers:
                        entity: customer
                        extra:
                          email: email_address
                      groups:
                        own entity: group
                        fields:
                          title: title

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "an unknown parent, an unknown column of one",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      customers:
                        entity: customer
                        parents: {group: group_id}
                        fields:
                          city: grup.title
                          region: group.titel
                          name: nobody.name

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "parents that lead nowhere",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      customers:
                        entity: customer
                        parents:
                          a: joined
                          b: {table: keyless, by: id}
                          c: {table: groups, by: first_name, key: code}
                          d: {table: lines, by: id}
                          e: {table: report, by: id}
                          f: {table: grups, by: id}

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "units and kinds that do not fit",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      customers:
                        entity: customer
                        fields:
                          email: {column: email_address, as: pence, zone: UTC}
                          created at: joined
                          name: photo
                        extra:
                          a: {column: photo, kind: money}
                          b: {column: joined, kind: mony}
                          c: {column: joined, kind: time, as: unix second}
                          d: {column: joined, kind: money, as: pens, round: up}
                          e: {column: joined, kind: time, pattern: '%Q'}
                          f: {column: joined, otherwise: keep}

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "no time zone, a wrong one",
                yaml: """
                    mapping: 1
                    tables:
                      sales:
                        entity: sale
                        on delete: void
                        fields:
                          at: sold_at
                        extra:
                          b: {column: sold_at, kind: time, zone: Europe/Londn}

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "money without a currency, a currency that is none",
                yaml: """
                    mapping: 1
                    currency: euro
                    tables:
                      sales:
                        entity: sale
                        on delete: void
                        fields:
                          total: total

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "a constant that does not fit",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      sales:
                        entity: sale
                        on delete: void
                        fields:
                          total: {constant: lots}
                          at: {column: sold_at, values: {never: x}}

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "references to nothing",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      sales:
                        entity: sale
                        on delete: void
                        fields:
                          customer: customer_id
                        extra:
                          a: {column: id, references: custmers}

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "references of the wrong kind",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      groups:
                        own entity: group
                      customers: {entity: customer}
                      lines:
                        entity: order line
                      sales:
                        entity: sale
                        on delete: void
                        fields:
                          customer: {column: customer_id, references: groups}
                        extra:
                          line: {column: id, references: lines}
                          late: {column: id, references: groups, as: text}

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "two tables to refer to",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      groups: {entity: customer}
                      customers: {entity: customer}
                      sales:
                        entity: sale
                        on delete: void
                        fields:
                          customer: customer_id

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "deletion",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      sales:
                        entity: sale
                      lines:
                        entity: sale line
                        on delete: delete
                      customers:
                        entity: customer
                        on delete: void
                        mutable: maybe

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "same if, personal and left out name what is not there",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      customers:
                        entity: customer
                        fields: {email: email_address}
                        same if: [emial]
                        personal: [photo]
                        leave out: [email_address, foto]
                    leave out: [grups]

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "stock from two sources",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      lines:
                        entity: sale line
                        on delete: void
                        fields: {sku: sku, quantity: quantity}
                        stock: sale lines
                      ledger:
                        entity: stock movement
                        on delete: void
                        fields: {sku: sku, quantity: quantity}
                        stock: {role: movements, location: place}
                      levels:
                        entity: count
                        on delete: void
                        fields: {sku: sku, quantity: quantity, location: {constant: cellar}}
                        stock: level

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "stock that is not understood",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      lines:
                        entity: sale line
                        on delete: void
                        stock: {role: sale line}
                      ledger:
                        entity: stock movement
                        on delete: void
                        stock: {role: movements, sku: sku, kind: adjustmnt, sign: 2}
                      levels:
                        entity: count
                        on delete: void
                        fields: {sku: sku, quantity: quantity}
                        stock: {role: level, sign: -1}

                    """,
                expected: """
                    ?
                    """),
            Case(
                title: "a kind by column without values",
                yaml: """
                    mapping: 1
                    time zone: UTC
                    currency: EUR
                    tables:
                      ledger:
                        entity: stock movement
                        on delete: void
                        fields: {sku: sku, quantity: quantity}
                        stock: {role: movements, kind: {column: place}}

                    """,
                expected: """
                    ?
                    """),
        ]
    }
}
