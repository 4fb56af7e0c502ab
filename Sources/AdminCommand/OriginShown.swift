/// Where a value came from that the hub wrote itself, as the hub tells it.
struct OriginShown: Codable, Hashable {
    struct Write: Codable, Hashable {
        let dot, site, source: String
        let time: UInt64
        let person: String?
        let clock: [String: UInt64]?

        /// A site, or the operator who gave it.
        var name: String { site == "hub" ? person ?? site : site }
        var by: [String] { site == "hub" ? [name] : [name, source] + (person.map { [$0] } ?? []) }
    }

    let choice, author: String
    let at: UInt64
    let note: String?
    let first: Write?

    /// Of a value that stands again since a decision was taken back, the write that had it first: it tells whose that is, and since when.
    var former: Write? { choice == "undo" ? first : nil }

    /// Whose value it is, and from where, where `site` wrote it.
    static func by(_ origin: OriginShown?, site: String, source: String) -> [String] {
        var parts: [String]
        switch origin?.choice {
        case nil: parts = site == "hub" ? [site] : [site, source]
        case "undo": parts = origin?.former?.by ?? [site]
        case "take", "keep": parts = [site]
        default: parts = [origin?.author ?? site]
        }
        parts.removeAll(where: \.isEmpty)
        return parts
    }

    /// `restored by anna on 2026-11-22 09:12Z`.
    var line: String {
        let how =
            switch choice {
            case "undo": "restored"
            case "take", "keep": first.map { "taken from \($0.name)" } ?? "decided"
            default: "decided"
            }
        return "\(how) by \(author) on \(Readable.time(at))"
    }
}
