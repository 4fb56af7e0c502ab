import ChangeSets

extension ConflictCommand {
    /// A conflict as the hub tells it.
    struct Conflict: Decodable {
        struct Side: Decodable {
            let value: JSONValue
            let dot, site, source: String
            let time: UInt64
            let clockInBound: Bool
            let shown: [String]?
            let clock: [String: UInt64]
            let origin: OriginShown?

            /// Whose value it is, and from where.
            var by: [String] { OriginShown.by(origin, site: site, source: source) }
            /// When whoever had it first wrote it.
            var written: UInt64 { origin?.former?.time ?? time }

            /// Whether another side had reached its writer: of a value that stands again, whoever had it first.
            func heard(_ other: Side) -> Bool {
                let (clock, dot) = (origin?.former?.clock ?? clock, other.origin?.former?.dot ?? other.dot)
                guard let separator = dot.lastIndex(of: ":"), let counter = UInt64(dot[dot.index(after: separator)...]) else {
                    return false
                }
                return (clock[String(dot[..<separator])] ?? 0) >= counter
            }
        }
        let id, short, kind, subject, message, remedy, seen: String
        let choices: [String]
        let sides: [Side]
        let about: About?
        let since, sinceBefore: UInt64?

        struct About: Decodable { let record, field, name: String? }

        /// What shows everything that was ever written there; `nil` where it is no field of a record.
        var history: String? {
            // An order that is told in two ways is about its state.
            guard let record = about?.record, let field = kind == "order-contradiction" ? "state" : about?.field else { return nil }
            return "tributary history \(PageOptions.quoted(record)) \(PageOptions.quoted(field))"
        }

        /// Since when it is open, where no side tells that.
        var open: String? {
            guard sides.isEmpty else { return nil }
            if let since { return "Open since \(Readable.time(since))." }
            return sinceBefore.map { "Open since before \(Readable.time($0))." } ?? "Since when it is open is not known."
        }

        var isAboutStock: Bool { ConflictCommand.isAboutStock(id) }
        /// Its sides are records, and not writes that could have seen one another.
        var isAboutPeople: Bool { kind == "proposed-link" }

        func shown(_ value: JSONValue) -> String { ConflictCommand.shown(value, of: id) }
    }
}
