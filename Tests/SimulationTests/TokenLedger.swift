import Causality
import ChangeSets
import HubRuntime

/// Where each word that a till ever committed about a customer is, by the journal read literally: in exactly one of these places, and
/// there is no other (section "What is promised" of docs/reliability.md).
enum TokenPlace: String, CaseIterable {
    /// The only value of its field.
    case live = "word is the field's only value"
    case sibling = "word is a live sibling"
    case superseded = "word superseded by a write that had seen it"
    case deleted = "word deleted by a write that had seen it"
    /// An operator's decision superseded it, or deleted its record.
    case withdrawn = "word withdrawn by an operator"
    case waiting = "word waits at the hub"
    case quarantined = "word in quarantine"
    /// Its agent has read it and still has to tell it.
    case queued = "word waits at its agent"
    /// Written over, or deleted, before anybody read it.
    case withinDrain = "word superseded within one drain"
    /// It was written, and then a power cut or a restore took it out of the till's file before anybody read it.
    case takenBack = "word taken back with its file"
    /// It stands in the till's file, and nobody has read it yet.
    case unread = "word not read yet"
}

/// Holds what the hub's journal says of customers against what the tills' people wrote.
struct TokenLedger {
    /// All words that were ever written, with what their writers had in sight.
    var written: [String: Set<String>]
    /// What each deletion of a customer had in sight.
    var deletions: [Set<String>]
    /// Some file or folder went back, so that a row which was told and edited since may be another thing under a key given again, and
    /// tell its words in a life of its own (S6).
    var filesWentBack = false

    /// A word at the hub, in one write of it.
    struct Bearer {
        var life: Dot
        var field: FieldName
        var write: JournalHistory.Write
        var place: TokenPlace
    }

    /// Where the hub has each word; one that was told again has several bearers.
    func bearers(in history: JournalHistory) -> [String: [Bearer]] {
        var found: [String: [Bearer]] = [:]
        for (life, record) in history.records where record.entity == "customer" {
            let deaths = history.deaths(of: record)
            for (field, writes) in record.fields where CustomerWords.fields.contains(field) {
                let live = history.live(writes)
                for write in writes {
                    guard let word = write.value?.text?.string else { continue }
                    let place = place(of: write, among: writes, live: live, deaths: deaths, history)
                    found[word, default: []].append(Bearer(life: life, field: field, write: write, place: place))
                }
            }
        }
        for entry in history.heldEntries {
            guard case .write(let subject, let fields) = entry.change.action, subject.entity == "customer" else { continue }
            for field in fields where CustomerWords.fields.contains(field.field) {
                guard let word = field.value.text?.string else { continue }
                let write = JournalHistory.Write(dot: entry.dot, context: field.context, value: field.value)
                let place: TokenPlace = history.held[entry.dot] == .quarantined ? .quarantined : .waiting
                found[word, default: []].append(Bearer(life: subject.life ?? entry.dot, field: field.field, write: write, place: place))
            }
        }
        return found
    }

    private func place(
        of write: JournalHistory.Write, among all: [JournalHistory.Write], live: [JournalHistory.Write],
        deaths: [JournalHistory.Write], _ history: JournalHistory
    ) -> TokenPlace {
        let naming = history.naming(write, among: all)
        if !naming.isEmpty { return naming.contains(where: \.isByHub) ? .withdrawn : .superseded }
        if !deaths.isEmpty { return deaths.contains { !$0.isByHub } ? .deleted : .withdrawn }
        return live.count > 1 ? .sibling : .live
    }

    // MARK: what does not hold

    /// Values that nobody wrote, and words that were superseded or deleted by somebody who had not seen them (law 6).
    func violations(_ history: JournalHistory) -> [String] {
        let bearers = bearers(in: history)
        var found: [String] = []
        for (word, bearing) in bearers.sorted(by: { $0.key < $1.key }) {
            guard written[word] != nil else {
                // What is set aside has no effect; who means ill may say anything.
                if bearing.contains(where: { $0.place != .quarantined && $0.place != .waiting }) {
                    found.append("ghost: nobody wrote \"\(word)\"")
                }
                continue
            }
            let lives = Set(bearing.filter { $0.place == .live || $0.place == .sibling }.map(\.life))
            if lives.count > 1, !filesWentBack { found.append("doubled: \"\(word)\" stands in \(lives.count) living customers") }
            found += bearing.flatMap { unseen(word, $0, history) }
        }
        return found
    }

    private func unseen(_ word: String, _ bearer: Bearer, _ history: JournalHistory) -> [String] {
        guard let record = history.records[bearer.life] else { return [] }
        switch bearer.place {
        case .superseded:
            // Told again, it is the same word.
            let words = history.naming(bearer.write, among: record.fields[bearer.field] ?? []).compactMap { $0.value?.text?.string }
            return words.filter { $0 != word && written[$0]?.contains(word) == false }.map {
                "overwritten: \"\(word)\" by \"\($0)\", whose writer had not seen it"
            }
        case .deleted:
            return deletions.contains { $0.contains(word) } ? [] : ["deleted: \"\(word)\", by nobody who had seen it"]
        default: return []
        }
    }
}
