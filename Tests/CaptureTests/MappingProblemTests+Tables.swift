extension MappingTests.Problems {
    /// Which tables there are, what their rows are, what names them, what deleting one means.
    static let ofTables = [
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
    ]
}
