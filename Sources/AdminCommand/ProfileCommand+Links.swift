import Foundation

// Why a person's records are one person, and who was declared never the same.
extension ProfileCommand {
    struct Link: Decodable {
        /// Lives of records.
        let lower, higher: String
        /// `decision`, or a kind of identifier.
        let by: String
        let value: String?

        var isByHand: Bool { by == "decision" }
        /// `phone +442079460107`, `by hand`. The parts of a combined value stand apart.
        var reason: String {
            isByHand ? "by hand" : [by, value?.replacingOccurrences(of: "\u{1F}", with: " ")].compactMap { $0 }.joined(separator: " ")
        }
    }

    /// What somebody decided about two records, as far as it is in force, as the hub tells it.
    struct LinkDecision: Decodable {
        struct Side: Decodable {
            let record: String
            let profile: String?
        }
        let decision: String
        let isSame: Bool
        let lower, higher: Side
        let author: String
        let note: String?
        let time: UInt64?

        func isAbout(_ link: Link) -> Bool { isSame && Set([lower.record, higher.record]) == [link.lower, link.higher] }
    }
}

extension ProfileCommand.Profile {
    typealias Link = ProfileCommand.Link
    typealias LinkDecision = ProfileCommand.LinkDecision

    /// - Parameter decisions: what was decided about its records; of one as it was at an earlier time, nothing.
    func linkText(_ decisions: [LinkDecision], widthMax: Int? = Terminal.width) -> String? {
        var table = Table("RECORD", "ONE PERSON WITH", "BY", "SAID BY", "WHEN", "NOTE", "DECISION")
        for link in links ?? [] {
            let decision = link.isByHand ? decisions.first { $0.isAbout(link) } : nil
            table.add(
                called(link.higher), called(link.lower), link.reason, decision?.author ?? "", decision.map { Readable.time($0.time) } ?? "",
                decision?.note ?? "", decision.map { Readable.dot($0.decision) } ?? "")
        }
        return table.isEmpty ? nil : table.text(widthMax: widthMax, indentedBy: 2)
    }

    /// Who was declared never the same, each once for a decision.
    func apartText(_ decisions: [LinkDecision], widthMax: Int? = Terminal.width) -> String? {
        let own = Set(records.compactMap(\.life))
        var table = Table("NEVER THE SAME AS", "SAID BY", "WHEN", "NOTE", "DECISION")
        var told: Set<String> = []
        for one in decisions where !one.isSame {
            let other = own.contains(one.lower.record) ? one.higher : one.lower
            guard let profile = other.profile, profile != id, told.insert("\(one.decision) \(profile)").inserted else { continue }
            table.add(profile, one.author, Readable.time(one.time), one.note ?? "", Readable.dot(one.decision))
        }
        return table.isEmpty ? nil : table.text(widthMax: widthMax, indentedBy: 2)
    }

    /// As its site calls it.
    private func called(_ life: String) -> String {
        guard let member = records.first(where: { $0.life == life }) else { return Readable.dot(life) }
        return "\(member.site ?? String(member.source.prefix(8))) \(member.key.map(\.shown).joined(separator: "/"))"
    }
}
