extension MappingTests.Problems {
    /// The file and its top level.
    static let ofTheFile = [
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
                  It takes `mapping`, `about`, `time zone`, `currency`, `pools`, `leave out` or `tables`.
                """),
    ]
}
