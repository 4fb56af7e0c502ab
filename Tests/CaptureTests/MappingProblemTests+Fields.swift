extension MappingTests.Problems {
    /// Where fields and their values come from.
    static let ofFields = [
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
                  It has `first name`, `last name`, `name`, `email`, `phone`, `loyalty id`, `company`, `birth date`, `address`, `address 2`, `city`, `region`, `postcode`, `country`, `number`, `created at`, `note`, `account id`, `device id` or `cookie id`. A field of your own goes under `extra:`.
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
    ]
}
