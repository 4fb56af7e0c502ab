import Foundation
import HubRuntime

/// Whose look-ups are asked for.
public struct LookUpPage: Sendable {
    /// The newest first.
    public var rows: ListPage<LookUpAnswer>
    /// It is another page than the first.
    public var isLater: Bool
    /// `nil`: everybody's.
    public var who: String?
    /// Who can be chosen: people and tokens.
    public var names: [String]

    public init(rows: ListPage<LookUpAnswer>, isLater: Bool, who: String?, names: [String]) {
        self.rows = rows
        self.isLater = isLater
        self.who = who
        self.names = names
    }
}

/// Some of the decisions.
public struct DecisionPage: Sendable {
    /// The newest first.
    public var decisions: ListPage<DecisionAnswer>
    /// By their ids, those that undid any of them.
    public var undoing: [String: DecisionAnswer]
    /// It is another page than the first.
    public var isLater: Bool

    public init(decisions: ListPage<DecisionAnswer>, undoing: [String: DecisionAnswer], isLater: Bool) {
        self.decisions = decisions
        self.undoing = undoing
        self.isLater = isLater
    }
}

// Who decided what, who looked whom up, and who gave or ended access.
extension Console {
    /// - Parameter problem: why something could not be undone.
    public func decisions(_ page: DecisionPage, problem: HubError?, for visitor: Visitor) -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        return self.page(
            "audit", title: strings["nav-audit"], section: .audit,
            [
                "isDecisions": true, "problem": problem.map { told($0, strings) },
                "decisions": page.decisions.map { decision($0, page.undoing, forms) },
                "newest": page.isLater ? "/audit" : nil,
                "older": page.decisions.next.map { "/audit?after=\($0)" },
                "hasPager": page.isLater || page.decisions.next != nil,
            ], for: visitor)
    }

    /// The same for those who decide conflicts: each leads to its conflict's page, where it is taken back.
    public func decided(_ page: DecisionPage, for visitor: Visitor) -> [UInt8] {
        let forms = forms(for: visitor)
        let address = "/conflicts/decided"
        return self.page(
            "decided", title: forms.strings["conflicts-decided"], section: .conflicts,
            [
                "decisions": page.decisions.map { decision($0, page.undoing, forms) }, "newest": page.isLater ? address : nil,
                "older": page.decisions.next.map { "\(address)?after=\(Address.encoded($0))" },
                "hasPager": page.isLater || page.decisions.next != nil,
            ], for: visitor)
    }

    private func decision(_ decision: DecisionAnswer, _ known: [String: DecisionAnswer], _ forms: Forms) -> View {
        let strings = forms.strings
        let values = decision.values.prefix(Self.valuesShown).map { words($0, of: decision.conflict, forms) }
        let more = decision.values.count > Self.valuesShown ? ", …" : ""
        let set: String? =
            decision.about?.fields == nil
            ? (values.isEmpty ? nil : values.joined(separator: ", ") + more)
            : decision.about.flatMap { MendedWords(about: $0, forms: forms).text }
        let undo = decision.undoneBy.map { known[$0] }
        let told = DecidedWords(conflict: decision.conflict, message: decision.message, about: decision.about, forms: forms)
        return [
            "id": decision.id, "address": told.address, "when": forms.stamp(decision.time), "who": decision.author,
            "choice": strings["audit-choice-\(decision.choice.rawValue)"],
            "values": set,
            "message": told.text, "isEnglish": told.isEnglish, "note": decision.note,
            "undone": undo.map { undo in
                undo.map { strings("audit-undone-by", ["author": $0.author, "time": forms.clock($0.time)]) } ?? strings["audit-undone"]
            },
            "mayUndo": decision.undoneBy == nil && !Self.lasting.contains(decision.choice)
                && (decision.choice != .mend || !decision.values.isEmpty),
        ]
    }

    private static let valuesShown = 5

    /// What cannot be taken back.
    private static let lasting: [Decision.Choice] = [.undo, .collect, .replay, .discard]

    /// Counts and oversells are about pieces, which the hub has in units of 10⁻⁴.
    private func words(_ value: ValueAnswer, of conflict: String, _ forms: Forms) -> String {
        let isStock = ["concurrent-counts:", "oversell:", "received-more-than-sent:"].contains { conflict.hasPrefix($0) }
        switch value {
        case .null: return forms.strings["audit-nothing"]
        case .integer(let units) where isStock: return forms.quantity(units)
        case .integer(let value): return String(value)
        case .real(let value): return String(value)
        case .text(let value), .reference(let value): return value
        case .blob(let value): return "x'\(value)'"
        }
    }

    // MARK: notes

    /// What was written down about conflicts.
    ///
    /// - Parameter notes: the newest first.
    public func conflictNotes(_ notes: [ConflictNoteAnswer], hasMore: Bool, for visitor: Visitor) -> [UInt8] {
        let forms = forms(for: visitor)
        return page(
            "audit", title: forms.strings["nav-audit"], section: .audit,
            [
                "isNotes": true,
                "notes": notes.map { note -> View in
                    [
                        "when": forms.stamp(note.time), "who": note.author, "text": note.text, "subject": note.conflict,
                        "address": Address.conflict(note.conflict),
                    ]
                },
                "older": hasMore ? notes.last.map { "/audit?show=notes&before=\($0.number)" } : nil,
            ], for: visitor)
    }

    // MARK: look-ups

    public func lookUps(_ page: LookUpPage, for visitor: Visitor) -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        // Who left has a trail, too.
        let known = page.names + [Self.folderName]
        let names = known + [page.who].compactMap { $0 }.filter { !known.contains($0) }
        return self.page(
            "audit", title: strings["nav-audit"], section: .audit,
            [
                "isLookUps": true, "isAsked": page.who != nil,
                "names": names.map { name -> View in ["code": name, "name": shown(name, strings), "isChosen": name == page.who] },
                "lookUps": page.rows.map { lookUp($0, forms) },
                "newest": page.isLater ? Self.lookUpsAddress(who: page.who) : nil,
                "older": page.rows.next.map { Self.lookUpsAddress(who: page.who) + "&after=\($0)" },
                "hasPager": page.isLater || page.rows.next != nil,
            ], for: visitor)
    }

    private static func lookUpsAddress(who: String?) -> String {
        "/audit?show=look-ups" + (who.map { "&who=\(Address.encoded($0))" } ?? "")
    }

    /// Whoever asked with the secret of the hub's own folder has no other name in the trail.
    private static let folderName = "hub.secret"

    private func shown(_ name: String, _ strings: Strings) -> String { name == Self.folderName ? strings["audit-folder"] : name }

    private func lookUp(_ row: LookUpAnswer, _ forms: Forms) -> View {
        let strings = forms.strings
        let what: String
        switch row.what {
        case .search where strings.has("audit-search-\(row.subject)"): what = strings["audit-search-\(row.subject)"]
        case .search: what = strings("audit-search", ["kind": row.subject])
        case .profile, .order, .conflict, .history, .personAdded, .roleGiven, .passwordGiven, .personRemoved, .tokenMade, .tokenRevoked,
            .siteAdded, .siteToken, .siteRevoked:
            what = strings["audit-\(row.what.rawValue)"]
        }
        return [
            "when": forms.stamp(row.time), "who": shown(row.who, strings), "what": what,
            "subject": row.what == .search ? nil : row.subject, "address": Self.address(of: row),
            "found": row.what.isDeed ? nil : forms.number(row.found), "times": row.times > 1 ? forms.count("audit-times", row.times) : nil,
        ]
    }

    /// Where what was looked at is shown; a search has no address.
    private static func address(of row: LookUpAnswer) -> String? {
        switch row.what {
        case .search: return nil
        case .personAdded, .roleGiven, .passwordGiven, .personRemoved, .tokenMade, .tokenRevoked: return "/people"
        case .siteAdded, .siteToken, .siteRevoked: return Address.site(row.subject)
        case .order: return Address.order(row.subject)
        case .profile: return "/customers/\(Address.encoded(row.subject))"
        case .conflict: return Address.conflict(row.subject)
        case .history:
            let parts = row.subject.split(separator: "/", maxSplits: 1)
            return parts.count == 2 ? Address.history(record: String(parts[0]), field: String(parts[1])) : nil
        }
    }
}
