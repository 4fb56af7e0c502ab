extension MappingTests.Problems {
    /// What rows are to the stock.
    static let ofStock = [
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
