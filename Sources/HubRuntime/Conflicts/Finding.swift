import Causality
import ChangeSets
import Inventory
import Merging
import Orders

import struct Crypto.SHA256

/// One open conflict: what people are shown, and what a decision needs to know.
struct Finding {
    var answer: ConflictAnswer
    var subject: Matter
    /// What the conflict's screen shows just now.
    var screen: Screen

    enum Matter {
        case field(RecordState, FieldName)
        case crossing(RecordState)
        case cell(StockCell)
        case order(OrderView, RecordState)
        /// Whether it can be admitted without the values that are wrong.
        case held(Dot, mayMend: Bool)
        /// Two records that may be one person's.
        case pair(LinkPairs.Pair)
        /// A source went on from the dot, and the hub has its former history up to the counter. Where that goes on, too, it is no former
        /// one but that of a clone's original, and nothing of it is withdrawn.
        case restored(Dot, through: UInt64, livesOn: Bool)
        /// Nothing in the hub can be written about it.
        case outside
    }

    /// - Parameter facts: what besides the dots shown would open an accepted conflict again.
    init(
        _ kind: ConflictAnswer.Kind, _ name: String, message: String, remedy: String, about: ConflictAnswer.About, since: Timestamp? = nil,
        sides: [WriteAnswer] = [], subject: Matter, screen: Screen = Screen(dots: []), facts: String? = nil
    ) {
        let id = "\(kind.rawValue):\(name)"
        self.subject = subject
        self.screen = screen
        answer = ConflictAnswer(
            id: id, short: Self.short(id), kind: kind, subject: name, message: message, remedy: remedy, about: about,
            since: since?.milliseconds ?? sides.map(\.time).max(), sides: sides, choices: Self.choices(kind, subject).map(\.rawValue),
            seen: screen.description,
            fingerprint: facts ?? screen.fingerprint)
    }

    /// Eight hexadecimal digits: what a person types.
    static func short(_ id: String) -> String { String(Hexadecimal.string(Array(SHA256.hash(data: Array(id.utf8)))).prefix(8)) }

    private static func choices(_ kind: ConflictAnswer.Kind, _ subject: Matter) -> [Decision.Choice] {
        switch subject {
        case .field: [.take, .value]
        case .crossing: [.keep, .delete]
        case .cell: kind == .concurrentCounts ? [.take, .value, .accept] : [.value, .accept]
        case .order: [.take]
        case .pair: [.same, .apart]
        case .held(_, let mayMend): kind == .longWait ? [.discard, .accept] : (mayMend ? [.mend] : []) + [.replay, .discard]
        case .restored(_, _, let livesOn): livesOn ? [.accept] : [.accept, .withdraw]
        case .outside: []
        }
    }

    func matches(_ filter: ConflictFilter, at now: Timestamp) -> Bool {
        if let id = filter.id, id != answer.id, id != answer.short { return false }
        if let site = filter.site, answer.about.site != site, !answer.sides.contains(where: { $0.site == site }) { return false }
        if let field = filter.field {
            guard case .field(_, let name) = subject, name.description == field else { return false }
        }
        if let ids = filter.ids, !ids.contains(answer.id), !ids.contains(answer.short) { return false }
        if let cause = filter.cause, answer.about.code != cause { return false }
        if let entity = filter.entity, answer.about.entity != entity { return false }
        if let text = filter.text, !has(text) { return false }
        if let days = filter.days, !isOpen(for: days, at: now) { return false }
        if let choice = filter.choice, !answer.choices.contains(choice.rawValue) { return false }
        return filter.kind.map { $0 == answer.kind } ?? true
    }

    private static let daysMax = 36_500

    /// One whose beginning nobody knows counts as open for any time: who looks for old ones shall not miss it.
    private func isOpen(for days: Int, at now: Timestamp) -> Bool {
        guard let since = answer.since else { return true }
        let least = UInt64(max(0, min(days, Self.daysMax))) * UInt64(LocalDays.dayMilliseconds)
        return now.milliseconds >= least && since <= now.milliseconds - least
    }

    /// Whether what people are shown of it holds a text, letters and digits compared without case.
    private func has(_ text: String) -> Bool {
        let wanted = text.lowercased()
        let about = answer.about
        let shown: [String?] = [
            about.name, about.otherName, about.sku, about.location, about.field, about.key, about.site, about.document, answer.message,
        ]
        return shown.contains { $0?.lowercased().contains(wanted) ?? false }
            || answer.sides.contains { $0.value.words.lowercased().contains(wanted) || $0.site.lowercased().contains(wanted) }
    }
}
