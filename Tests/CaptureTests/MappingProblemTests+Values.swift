extension MappingTests.Problems {
    /// Kinds, units, times, currencies, constants.
    static let ofValues = [
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
    ]
}
