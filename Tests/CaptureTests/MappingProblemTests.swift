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
            let error = #expect(throws: MappingError.self) {
                _ = try Mapping.parse(yaml: example.yaml, file: "m.yaml").checked(against: schema)
            }
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
                    m.yaml:2:14: This is no YAML: did not find expected node content.
                      Correct the YAML there; indentation and colons are the usual cause.
                    """),
            Case(
                title: "an empty file",
                yaml: """


                    """,
                expected: """
                    m.yaml:1:1: The file is empty.
                      Start from one of the mappings in agent/mappings.
                    """),
            Case(
                title: "a name twice",
                yaml: """
                    mapping: 1
                    mapping: 1

                    """,
                expected: """
                    m.yaml:1:1: `mapping` stands here more than once.
                      Put both into one, or take one out.
                    """),
            Case(
                title: "no version",
                yaml: """
                    tables: {}

                    """,
                expected: """
                    m.yaml:1:1: The mapping does not say which version of the language it is written in.
                      Add `mapping: 1` as its first line.
                    """),
            Case(
                title: "another version, and nothing mapped",
                yaml: """
                    mapping: 2
                    tables: {}

                    """,
                expected: """
                    m.yaml:1:10: This mapping is of version `2`; this program reads version 1.
                      Write `mapping: 1`, or use the program that the mapping was written for.
                    """),
            Case(
                title: "no tables",
                yaml: """
                    mapping: 1

                    """,
                expected: """
                    m.yaml:1:1: The mapping has no `tables:`.
                      Add `tables:` with a section for every table to capture; docs/operating/mapping.md has examples.
                    """),
            Case(
                title: "a misspelt option at the top",
                yaml: """
                    mapping: 1
                    timezon: UTC
                    tables: {}

                    """,
                expected: """
                    m.yaml:2:1: A mapping has no option `timezon`.
                      Did you mean `time zone`?
                    """),
            Case(
                title: "a list where options belong",
                yaml: """
                    - 1

                    """,
                expected: """
                    m.yaml:1:1: Here the options of a mapping are expected, as `name: value` lines.
                      It takes `mapping`, `about`, `time zone`, `currency`, `leave out` or `tables`.
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
                    m.yaml:5:3: Table `customers` does not say what its rows are.
                      Add `entity:` with an entity of the catalogue, such as `customer` or `sale line`.
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
                    m.yaml:7:5: Table `customers` has no option `feilds`.
                      Did you mean `fields`?
                    m.yaml:8:5: Table `customers` has no option `colour`.
                      It takes `entity`, `own entity`, `key`, `parents`, `fields`, `extra`, `personal`, `same if`, `stock`, `deleted`, `on delete`, `leave out` or `mutable`.
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
                    m.yaml:8:14: `email` says nowhere where its value comes from.
                      Give it one of `column:`, `columns:` or `constant:`.
                    m.yaml:9:13: `name` says more than once where its value comes from.
                      Give it one of `column:`, `columns:` or `constant:`.
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
                    m.yaml:8:14: Here the options of `email` are expected, as `name: value` lines.
                      It takes `column`, `columns`, `constant`, `kind`, `as`, `zone`, `pattern`, `round`, `none`, `values`, `otherwise`, `default` or `references`.
                    m.yaml:9:14: `deleted` names no column.
                      Write `deleted: {column: NAME, when: VALUE}`, or `deleted: NAME` for a plain flag.
                    m.yaml:10:12: `stock` does not say what the table's rows are to the stock.
                      Add `role:` with one of `movements`, `level`, `sale lines` or `counts`.
                    m.yaml:11:15: Parent `g` does not say which column leads to it.
                      Add `by:` with this table's column that holds the parent's key.
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
                    m.yaml:5:3: The file has no table `custmers`.
                      Did you mean `customers`?
                    m.yaml:7:3: The file has no table `zebra`.
                      It has `customers`, `groups`, `keyless`, `ledger`, `levels`, `lines`, `report` or `sales`.
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
                    m.yaml:7:3: Table `customers` has two sections.
                      SQLite takes both names for one table: put all its fields into one section.
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
                    m.yaml:5:3: `report` is a view, and its changes cannot be captured.
                      Map the tables that it reads from.
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
                    m.yaml:5:3: Table `keyless` declares no primary key, so that nothing names its rows for ever.
                      Add `key: [COLUMN, ...]` with columns that name a row and never change.
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
                    m.yaml:7:11: warning: Nothing in the file keeps two rows of `keyless` from having the same name.
                      Be sure that the application never does that: rows with the same key are taken for one.
                    m.yaml:8:20: warning: Column `name` is personal (`name`) and names the row: keys are kept for ever and cannot be erased.
                      If the table has another unique column, name it with `key:`.
                    m.yaml:9:16: Table `keyless` has no column `nmae`.
                      Did you mean `name`?
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
                    m.yaml:5:23: The catalogue has no entity `custommer`.
                      Did you mean `customer`?
                    m.yaml:6:20: The catalogue has no entity `flock`.
                      It has `customer`, `item`, `sale`, `sale line`, `payment`, `return`, `order`, `order line`, `shipment`, `stock movement`, `count`, `transfer`, `reservation`, `event`, `consent` or `note`. One of your own is named by `own entity:`.
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
                    m.yaml:8:7: The catalogue's customer has no field `emial`.
                      Did you mean `email`?
                    m.yaml:9:7: The catalogue's customer has no field `zodiac`.
                      It has `first name`, `last name`, `name`, `email`, `phone`, `loyalty id`, `company`, `birth date`, `address`, `address 2`, `city`, `region`, `postcode`, `country`, `number`, `created at` or `note`. A field of your own goes under `extra:`.
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
                    m.yaml:8:14: Table `customers` has no column `email_adress`.
                      Did you mean `email_address`?
                    m.yaml:9:13: Table `customers` has no column `zzz`.
                      It has `id`, `first_name`, `email_address`, `joined`, `photo` or `group_id`.
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
                    m.yaml:8:7: `email` is a field of the catalogue's customer, not an extra one.
                      Move it to `fields:`.
                    m.yaml:12:7: `group` is an entity of your own, which has no catalogue fields.
                      Put its fields under `extra:`.
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
                    m.yaml:9:13: Table `customers` has no parent `grup`.
                      Did you mean `group`?
                    m.yaml:10:15: Table `groups` has no column `titel`.
                      Did you mean `title`?
                    m.yaml:11:13: Table `customers` has no parent `nobody`.
                      Declare it under `parents:`, before it is used.
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
                    m.yaml:8:10: No foreign key of `customers` says which table `joined` points at.
                      Write `a: {table: TABLE, by: joined}`.
                    m.yaml:9:7: Parent table `keyless` declares no primary key, so that its changes cannot be followed.
                      Map it in a section of its own with `key:`, or take the value from another table.
                    m.yaml:10:47: `groups` is watched by its key id, not by code.
                      Lead to it by its key, or map it in a section of its own with that `key:`.
                    m.yaml:11:29: `lines` is named by 2 columns (sale_id, line), but `by:` has 1.
                      Give one column for each of them, in the same order.
                    m.yaml:12:18: `report` is no table, and its changes cannot be captured.
                      Look the value up in the table that it reads from.
                    m.yaml:13:18: The file has no table `grups`.
                      Did you mean `groups`?
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
                    m.yaml:8:42: `email` cannot be read as `pence`.
                      Write `text` or `utf-8`.
                    m.yaml:8:55: `zone` means nothing for `email`, which is text.
                      Take it out.
                    m.yaml:9:19: `created at` is read as text, but column `joined` is declared INTEGER.
                      Say what its numbers are: `as: unix seconds`, `as: unix milliseconds`, `as: unix microseconds` or `as: julian day`.
                    m.yaml:12:19: `a` is money, but column `photo` is declared BLOB.
                      Map another column.
                    m.yaml:13:33: `mony` is no kind of value.
                      Did you mean `money`?
                    m.yaml:14:43: `c` cannot be read as `unix second`.
                      Did you mean `unix seconds`?
                    m.yaml:15:44: `d` cannot be read as `pens`.
                      Write `decimal`, `decimal comma`, `integer`, `real`, `pence`, `cents`, `hundredths`, `thousandths`, `ten-thousandths` or `millionths`.
                    m.yaml:15:57: `round` cannot be `up`.
                      Write `round: half-even`, or leave it out to set such rows aside.
                    m.yaml:16:48: `%Q` is no time pattern.
                      Build it from `%Y`, `%y`, `%m`, `%b`, `%d`, `%H`, `%I`, `%p`, `%M`, `%S`, `%f`, `%z` or `%%`, with year, month and day in it.
                    m.yaml:17:38: `otherwise` means nothing for `f`, which is kept untouched.
                      Take it out.
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
                    m.yaml:7:11: `at` is read as text, but nothing says in which time zone it was written.
                      Add `time zone: Europe/London` (or another) at the top of the mapping, or `zone:` here.
                    m.yaml:9:46: `Europe/Londn` is no time zone.
                      Write `UTC`, an offset such as `+01:00`, or a name such as `Europe/London`.
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
                    m.yaml:2:11: `euro` is no currency code.
                      Write three capital letters, such as `GBP` or `EUR`.
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
                    m.yaml:9:25: `lots` does not fit `total`, which is an amount.
                      Write the value as a row would hold it.
                    m.yaml:10:45: `x` does not fit `at`, which is a time.
                      Write the value as a row would hold it.
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
                    m.yaml:9:17: `customer` refers to a customer, but no table is mapped as customer.
                      Add a section for the table of the customers, or leave `customer` out.
                    m.yaml:11:35: `a` refers to table `custmers`, which this mapping does not map.
                      Add a section for it, or leave the reference out.
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
                    m.yaml:14:51: `customer` must refer to a customer, but `groups` holds a group.
                      Name the table whose rows are mapped as customer.
                    m.yaml:16:13: `line` refers to `lines`, whose key is 2 columns (sale_id, line), by 1.
                      Write `columns: [...]` with one column for each of them, in that order.
                    m.yaml:17:50: `as` means nothing for `late`, which is a reference.
                      Take it out.
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
                    m.yaml:11:17: `customer` may refer to `groups` or `customers`.
                      Say which with `references:`.
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
                    m.yaml:5:3: Table `sales` does not say what it means when the application deletes a sale.
                      Add `on delete: void` (it never happened, and its stock movement is taken back) or `on delete: archived` (only the row was tidied away).
                    m.yaml:9:16: `on delete: delete` means nothing for a sale line.
                      Write `on delete: void` or `on delete: archived`.
                    m.yaml:12:16: `on delete: void` means nothing for a customer.
                      Write `on delete: delete` or `on delete: archived`.
                    m.yaml:13:14: `mutable` is `yes` or `no`, not `maybe`.
                      Write `mutable: yes` or `mutable: no`.
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
                    m.yaml:8:15: `same if` names `emial`, which this table does not map.
                      Did you mean `email`?
                    m.yaml:9:16: `personal` names `photo`, which this table does not map.
                      It maps `email`.
                    m.yaml:10:17: Column `email_address` is left out and mapped at once.
                      Take it out of one of the two.
                    m.yaml:10:32: Table `customers` has no column `foto`.
                      It has `id`, `first_name`, `email_address`, `joined`, `photo` or `group_id`.
                    m.yaml:11:13: The file has no table `grups`.
                      Did you mean `groups`?
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
                    m.yaml:14:12: `ledger` (movements) and `lines` (sale lines) would both move the stock of the same location.
                      A location's stock has one source: take `stock:` out of one of the two, or give them different constant locations.
                    m.yaml:19:12: `levels` (level) and `ledger` (movements) would both move the stock of location `cellar`.
                      A location's stock has one source: take `stock:` out of one of the two, or give them different constant locations.
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
                    m.yaml:8:19: A table's rows cannot be `sale line` to the stock.
                      Did you mean `sale lines`?
                    m.yaml:12:12: `stock` does not say where a row's quantity stands.
                      Add `quantity:` to it, or map `quantity` under `fields:`.
                    m.yaml:12:46: `adjustmnt` is no kind of movement.
                      Did you mean `adjustment`?
                    m.yaml:12:63: `sign` cannot be `2`.
                      Write `1` (quantities are added), `-1` (quantities are taken away) or `by kind` (the kind of movement says which).
                    m.yaml:17:32: `sign` means nothing where rows are levels.
                      Take it out.
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
                    m.yaml:9:36: `kind` names a column, but not what its values mean.
                      Add `values: {VALUE: KIND}`, where a kind is `sale`, `customer return`, `receipt`, `transfer out`, `transfer in`, `adjustment`, `reservation` or `release`.
                    """),
        ]
    }
}
