extension IdentityCommand {
    /// What other rules would do.
    struct Trial: Decodable {
        struct Side: Decodable {
            let profiles, parts: Int
            let examples: [Example]
        }
        struct Example: Decodable {
            let profiles: [String]
            let profileCount, records: Int
            let by: [String]
        }
        let records, profilesNow, profilesThen, sharedValues, refusalCount: Int
        let merged, split: Side
        let refusals: [LinkRefusal]

        /// - Parameter remedy: how it is done, where a command has tried what it is for.
        func text(remedy: String? = nil) -> String {
            let head = "\(records) records: \(profilesNow) profiles now, \(profilesThen) by these rules."
            let blocks = [
                "\(merged.profiles) new profiles would bring \(merged.parts) of today's together\(merged.examples.isEmpty ? "." : ", like")",
                examples(merged),
                "\(split.profiles) of today's profiles would fall apart into \(split.parts)\(split.examples.isEmpty ? "." : ", like")",
                examples(split),
                refusals.isEmpty ? nil : "Links that the rules ask for and would not get, like", LinkRefusal.text(refusals),
                Readable.more(of: refusalCount, shown: refusals.count).map { "  " + $0 },
                "\(sharedValues) values would link nothing, since too many records of one site hold them.", remedy,
            ]
            return ([head] + blocks).lines
        }

        private func examples(_ side: Side) -> String? {
            var table = Table("PROFILES", ">RECORDS", "BY")
            for example in side.examples {
                let profiles = example.profiles + [Readable.more(of: example.profileCount, shown: example.profiles.count)].compactMap { $0 }
                table.add(profiles.joined(separator: " "), String(example.records), example.by.joined(separator: ", "))
            }
            guard !table.isEmpty else { return nil }
            return [table.text(indentedBy: 2), Readable.more(of: side.profiles, shown: side.examples.count).map { "  " + $0 }].lines
        }
    }

    /// A link that rules asked for and did not get.
    struct LinkRefusal: Decodable {
        let cause, by: String
        let records: [String]
        let recordCount: Int

        static func text(_ refusals: [LinkRefusal]) -> String? {
            var table = Table("WHY", "ASKED BY", "RECORDS")
            for refusal in refusals {
                let records = refusal.records + [Readable.more(of: refusal.recordCount, shown: refusal.records.count)].compactMap { $0 }
                table.add(refusal.cause, refusal.by, records.joined(separator: " "))
            }
            return table.isEmpty ? nil : table.text(indentedBy: 2)
        }
    }
}

extension [String?] {
    /// Those that are there, each on a line of its own.
    var lines: String { compactMap { $0 }.joined(separator: "\n") }
}
