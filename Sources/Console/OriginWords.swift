import HubRuntime

/// Who a value is from, also where the hub wrote it: an operator took a side, gave a value, or took such a decision back.
struct OriginWords {
    /// The site that had the value first, or the operator who gave it.
    let name: String
    /// The till or the program there, and who was at it.
    let source: String?
    /// `restored by anna on 3 Dec 2026, 14:05`; `nil` for a site's own write.
    let line: String?

    /// - Parameters:
    ///   - write: `nil` where the journal does not have it any more.
    ///   - site: of the write itself.
    init(write: ConflictStory.Write?, site: String, forms: Forms) {
        self.init(origin: write?.origin, site: write?.site ?? site, source: write?.source ?? "", forms: forms)
    }

    /// - Parameter origin: of a write of the hub.
    init(origin: ValueOrigin?, site: String, source: String, forms: Forms) {
        let strings = forms.strings
        func shown(_ site: String) -> String { site == "hub" ? strings["hub"] : site }
        func joined(_ parts: [String?]) -> String? {
            let parts = parts.compactMap { $0 }.filter { !$0.isEmpty }
            return parts.isEmpty ? nil : parts.joined(separator: ", ")
        }
        guard let origin else {
            (name, self.source, line) = (shown(site), site == "hub" ? nil : joined([source]), nil)
            return
        }
        let when = forms.moment(origin.at)
        let first = origin.first
        let from = first.map { $0.site == "hub" ? $0.person ?? strings["hub"] : $0.site }
        switch origin.choice {
        case .undo:
            name = from ?? strings["hub"]
            self.source = first.flatMap { $0.site == "hub" ? strings["origin-operator"] : joined([$0.source, $0.person]) }
            line = strings("origin-undo", ["author": origin.author, "time": when])
        case .take, .keep:
            name = strings["hub"]
            self.source = nil
            line =
                from.map { strings("origin-take", ["site": $0, "author": origin.author, "time": when]) }
                ?? strings("origin-decided", ["author": origin.author, "time": when])
        default:
            name = origin.author
            self.source = strings["origin-operator"]
            line = strings("origin-decided", ["author": origin.author, "time": when])
        }
    }
}
