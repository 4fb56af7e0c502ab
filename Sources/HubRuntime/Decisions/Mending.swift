import Causality
import ChangeSets
import Foundation
import Merging
import Mutants

/// What an operator makes of a change that is set aside for single values of it: it is admitted without them, under its own dot, and
/// the hub writes the right ones beside it, where they were given.
///
/// The signed set stays as it is. What is left out stands in the decision, so a rebuild leaves it out again (law 4). All that is right
/// is the site's and stays its own (law 10), and what the change moves is admitted once, as it was told (laws 1 and 12).
public struct Mending: Decodable, Hashable, Sendable {
    /// By field, what the hub writes in its place: as a decision's `value`.
    public var values: [String: JSONValue]
    /// Fields in whose place nothing is written: what stood there before stays.
    public var leaveOut: [String]

    public init(values: [String: JSONValue] = [:], leaveOut: [String] = []) {
        self.values = values
        self.leaveOut = leaveOut
    }

    private enum CodingKeys: CodingKey { case values, leaveOut }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        values = try container.decodeIfPresent([String: JSONValue].self, forKey: .values) ?? [:]
        leaveOut = try container.decodeIfPresent([String].self, forKey: .leaveOut) ?? []
    }

    /// All that the change is admitted without.
    var fields: Set<FieldName> { Set((values.keys + leaveOut).map { FieldName($0) }) }

    /// The first field, by its name, that is given and left out, or left out twice.
    var namedTwice: FieldName? {
        Dictionary(grouping: (values.keys + leaveOut).map { FieldName($0) }) { $0 }.filter { $0.value.count > 1 }.keys.min()
    }

    /// Causes that lie in single values. All others lie in who wrote, about which record, or how much of what.
    static let causes: Set<String> = [ChangeRules.valueOfWrongKind, Judgement.recordTooLarge]

    /// What to do about a change that is set aside.
    static func remedy(for cause: String) -> String {
        switch cause {
        case ChangeRules.valueOfWrongKind, Judgement.recordTooLarge:
            "Mend the mapping or the row at its site, and give the right value or leave the field out: tributary quarantine mend."
        case Judgement.editOfDeleted:
            "Replay the change, which brings the record back if it was collected, or discard it: tributary quarantine."
        case "not-its-own", "creates-for-another":
            "Correct it at the site whose record it is, and discard the change: tributary quarantine discard."
        case "replica-closed":
            "Whoever took the source over tells its rows anew: discard the change: tributary quarantine discard."
        case "names-the-future", "counter-too-large", "record-mismatch":
            "No agent writes that by itself: look at its machine, then discard the change: tributary quarantine discard."
        case Judgement.strangersNamed:
            """
            If the hub was restored, wait until all sites have sent again, and replay the change. Else no agent writes that by itself: \
            look at its machine, then discard the change: tributary quarantine.
            """
        case Judgement.pileFull:
            """
            Look at the site why its reservations are never released and have no end; replay the change when some are gone, or discard it: \
            tributary quarantine.
            """
        case "stock-claim-without-document":
            """
            A reservation without its document can never be released: make it anew at the site, with its document, and discard this one: \
            tributary quarantine discard.
            """
        default:
            "Quantities are never corrected at the hub: count or move the goods at the site, and tributary quarantine discard."
        }
    }
}

extension Decision {
    /// Of a mended change: the fields that it is admitted without.
    var leftOut: Set<FieldName> {
        // What cannot be read is a newer hub's: then nothing is left out, and the change stays set aside.
        guard choice == .mend, let content, let names = try? JSONDecoder().decode([String].self, from: Data(content.utf8)) else {
            return []
        }
        return Set(names.map { FieldName($0) })
    }

    /// As `leftOut` reads it.
    static func content(leavingOut fields: Set<FieldName>) throws -> String {
        String(decoding: try JSONEncoder().encode(fields.map(\.description).sorted()), as: UTF8.self)
    }

    /// Fields that mended changes were admitted without, by the changes' dots. Taking a decision back takes its values back, and not that.
    static func leftOut(reading store: any HubReading, standing: Standing) throws -> [Dot: Set<FieldName>] {
        var fields: [Dot: Set<FieldName>] = [:]
        for row in try store.decisions(everChoosing: .mend) where !row.isIdle {
            let state = try store.record(row.record).map { try RecordState($0, standing: standing) }
            guard let decision = state.flatMap({ state in Decision { state[$0]?.text?.string } }), let dot = decision.target else {
                continue
            }
            fields[dot, default: []].formUnion(decision.leftOut)
        }
        return fields
    }
}

extension Decision {
    /// Fields that a held change is admitted without: those of all that has mended it, in this set or before.
    static func leftOut(of dot: Dot, in batch: Batch) throws -> Set<FieldName> {
        var fields = batch.mended[dot] ?? []
        let conflict = "\(ConflictAnswer.Kind.quarantine.rawValue):\(dot)"
        for row in try batch.store.decisions(on: conflict) where row.choice == .mend && !row.isIdle {
            let state = try batch.record(row.record)?.state
            guard let decision = state.flatMap({ state in Decision { state[$0]?.text?.string } }), decision.target == dot else { continue }
            fields.formUnion(decision.leftOut)
        }
        return fields
    }
}

extension Change {
    /// The same without some fields.
    func without(_ fields: Set<FieldName>) -> Change {
        guard !fields.isEmpty, !Mutant.admitsUnmended.isOn, case .write(let subject, let writes) = action else { return self }
        var change = self
        change.action = .write(subject, writes.filter { !fields.contains($0.field) })
        return change
    }
}
