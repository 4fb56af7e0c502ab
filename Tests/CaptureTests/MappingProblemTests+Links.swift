extension MappingTests.Problems {
    /// Parents and references.
    static let ofLinks = [
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
    ]
}
