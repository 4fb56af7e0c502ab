import Causality
import ChangeSets
import HubRuntime
import HubStoreSQLite

/// What the hub's journal says, read literally: all changes that it admitted, each with what it names, and the rules of the merge (S1,
/// S3, S8) applied to the whole set at once. No order, no state, and nothing of the product but the codec that reads the sets and the
/// list of what is held.
struct JournalHistory {
    /// A write of one field, or a deletion.
    struct Write {
        var dot: Dot
        var context: Context
        /// `nil`: a deletion.
        var value: Value?
        /// An operator's decision wrote it.
        var isByHub = false
    }

    struct Record {
        var entity: EntityName?
        var isCreated = false
        var fields: [FieldName: [Write]] = [:]
        var deletions: [Write] = []
    }

    /// A change as the journal has it.
    struct Entry {
        var dot: Dot
        var change: Change
        var isByHub = false
    }

    /// By life, which names one record for ever.
    private(set) var records: [Dot: Record] = [:]
    /// Changes that have no effect yet, by why not.
    private(set) var held: [Dot: HeldRow.Cause] = [:]
    /// Their own words.
    private(set) var heldEntries: [Entry] = []
    /// Sum of all movements by "location/sku", in units of 10⁻⁴.
    private(set) var moved: [String: Int64] = [:]
    private var follows: [ReplicaID: Dot] = [:]

    /// - Parameters:
    ///   - entries: in any order.
    ///   - follows: what writers follow, by their openings (S1).
    init(_ entries: [Entry], follows: [ReplicaID: Dot] = [:], held: [Dot: HeldRow.Cause] = [:]) {
        self.follows = follows
        self.held = held
        for entry in entries {
            if held[entry.dot] == nil { admit(entry) } else { heldEntries.append(entry) }
        }
    }

    init(_ store: SQLiteHubStore) throws {
        var entries: [Entry] = []
        var follows: [ReplicaID: Dot] = [:]
        var held: [Dot: HeldRow.Cause] = [:]
        try store.readNow { store in
            let hubs = Set(try store.sources().filter(\.isHub).map(\.number))
            let replicas = try store.replicas()
            let writers = Set(replicas.filter { $0.source.map(hubs.contains) ?? false }.map(\.id))
            for replica in replicas {
                for counter in try store.heldDots(replica: replica.number, limit: .max) {
                    held[Dot(replica.id, counter)] = try store.held(replica: replica.number, counter: counter)?.cause
                }
            }
            try store.eachJournal(after: 0) { row in
                let set = try ChangeSetCodec.decode(row.bytes)
                if let opening = set.opening { follows[set.replica] = opening.follows }
                for (index, change) in set.changes.enumerated() {
                    entries.append(Entry(dot: set.dot(at: index), change: change, isByHub: writers.contains(set.replica)))
                }
                return true
            }
        }
        self.init(entries, follows: follows, held: held)
    }

    private mutating func admit(_ entry: Entry) {
        if case .movement(let movement) = entry.change.stock {
            moved["\(movement.location)/\(movement.sku)", default: 0] += movement.quantity
        }
        guard let subject = entry.change.subject else { return }
        let life = subject.life ?? entry.dot
        if subject.creates { records[life, default: Record()].isCreated = true }
        records[life, default: Record()].entity = subject.entity
        switch entry.change.action {
        case .write(_, let fields):
            for field in fields {
                let write = Write(dot: entry.dot, context: field.context, value: field.value, isByHub: entry.isByHub)
                records[life]?.fields[field.field, default: []].append(write)
            }
        case .delete(_, let context):
            records[life]?.deletions.append(Write(dot: entry.dot, context: context, value: nil, isByHub: entry.isByHub))
        case .stockOnly: break
        }
    }

    // MARK: the rules

    /// Whether a writer's chain has a change before another one of it: its own, and those up to what it follows (S1).
    func chain(of later: Dot, contains earlier: Dot) -> Bool {
        var (replica, last) = (later.replica, later.counter == 0 ? 0 : later.counter - 1)
        var passed: Set<ReplicaID> = []
        while passed.insert(replica).inserted {
            if replica == earlier.replica { return earlier.counter <= last }
            guard let next = follows[replica] else { return false }
            (replica, last) = (next.replica, next.counter)
        }
        return false
    }

    /// S2: a write that was shown nothing names its chain's earlier writes of that kind.
    func names(_ later: Write, _ earlier: Write) -> Bool {
        switch later.context {
        case .named(let dots): dots.contains(earlier.dot)
        case .chain: earlier.context == .chain && chain(of: later.dot, contains: earlier.dot)
        }
    }

    /// Who names a write.
    func naming(_ write: Write, among all: [Write]) -> [Write] { all.filter { $0.dot != write.dot && names($0, write) } }

    /// S3: those that nobody names.
    func live(_ all: [Write]) -> [Write] { all.filter { naming($0, among: all).isEmpty } }

    /// S8: the deletions, each of which knows every live value, by name or by chain; a record with any is dead.
    func deaths(of record: Record) -> [Write] {
        let values = record.fields.values.flatMap { live($0) }
        return live(record.deletions).filter { deletion in
            values.allSatisfy { value in
                if case .named(let dots) = deletion.context, dots.contains(value.dot) { return true }
                return chain(of: deletion.dot, contains: value.dot)
            }
        }
    }
}
