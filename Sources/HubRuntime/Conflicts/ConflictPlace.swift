import Causality
import ChangeSets

/// A place in the list of conflicts: at a row, whether that is still there or not. Whoever goes on from it misses nothing that stood
/// behind it, and gets nothing that stood before.
struct ConflictPlace: Hashable {
    /// What a group's rows are in the order of.
    enum Row: Hashable {
        /// A pile's, a record's or a replica's number.
        case number(Int64)
        case held(HeldRow.Place)
        case pair(bits: Double, lower: RecordNumber, higher: RecordNumber)
        case stale(StaleRow.Place)

        static func pair(_ row: ProposalRow) -> Row { .pair(bits: row.bits, lower: row.lower, higher: row.higher) }

        var proposal: ProposalRow? {
            guard case .pair(let bits, let lower, let higher) = self else { return nil }
            return ProposalRow(lower: lower, higher: higher, bits: bits)
        }

        var number: Int64? { if case .number(let number) = self { number } else { nil } }
    }

    var group: ConflictList.Group
    var row: Row
    /// Of a row that holds several conflicts, the one that was the last; `nil`: the whole row is done.
    var id: String?

    init(_ group: ConflictList.Group, _ row: Row, id: String? = nil) {
        self.group = group
        self.row = row
        self.id = id
    }

    /// Behind which row reading begins: where a row is not done, that is the number before its own.
    var behind: Row {
        guard id != nil, let number = row.number else { return row }
        return .number(number - 1)
    }
}

/// As it goes out and comes back; nobody but the hub need understand it. It stands in URLs: letters, digits, `-`, `.` and `_`.
extension ConflictPlace: CustomStringConvertible, LosslessStringConvertible {
    private static let separator: Character = "_"

    var description: String {
        var parts = [group.rawValue]
        switch row {
        case .number(let number): parts += ["\(number)"] + (id.map { [Hexadecimal.string(Array($0.utf8))] } ?? [])
        case .held(let place): parts += ["\(place.since.milliseconds)", "\(place.replica)", "\(place.counter)"]
        case .pair(let bits, let lower, let higher): parts += ["\(bits)", "\(lower.raw)", "\(higher.raw)"]
        case .stale(let place): parts += [Hexadecimal.string(Array(place.view.utf8)), Hexadecimal.string(place.key)]
        }
        return parts.joined(separator: String(Self.separator))
    }

    init?(_ description: String) {
        let parts = description.split(separator: Self.separator, omittingEmptySubsequences: false).map(String.init)
        guard let group = ConflictList.Group(rawValue: parts[0]) else { return nil }
        let row: Row
        switch (group, parts.count) {
        case (.stock, 2...3), (.writes, 2...3), (.orders, 2), (.crossings, 2), (.restored, 2):
            guard let number = Int64(parts[1]), number >= 0 else { return nil }
            row = .number(number)
        case (.quarantined, 4), (.waiting, 4):
            guard let since = UInt64(parts[1]), let replica = ReplicaNumber(parts[2]), let counter = UInt64(parts[3]),
                counter <= RecordNumber.counterMax
            else { return nil }
            row = .held(HeldRow.Place(since: Timestamp(milliseconds: since), replica: replica, counter: counter))
        case (.links, 4):
            guard let bits = Double(parts[1]), bits.magnitude < Self.bitsMax, let lower = Int64(parts[2]), let higher = Int64(parts[3])
            else { return nil }
            row = .pair(bits: bits, lower: RecordNumber(raw: lower), higher: RecordNumber(raw: higher))
        case (.stale, 3):
            guard let view = Self.text(parts[1]), let key = Hexadecimal.bytes(parts[2]) else { return nil }
            row = .stale(StaleRow.Place(view: view, key: key))
        default: return nil
        }
        var id: String?
        if parts.count == 3, case .number = row {
            guard let text = Self.text(parts[2]) else { return nil }
            id = text
        }
        self.init(group, row, id: id)
    }

    /// More evidence than any two records can have.
    private static let bitsMax = 1e6

    private static func text(_ hexadecimal: String) -> String? {
        Hexadecimal.bytes(hexadecimal).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
