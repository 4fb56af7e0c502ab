import Causality
import ChangeSets

/// Where a value came from that the hub wrote itself: an operator took a side or gave a value, or took such a decision back.
public struct ValueOrigin: Encodable, Hashable, Sendable {
    /// What was decided: `undo`, `take`, `value`.
    public var choice: Decision.Choice
    /// Who decided that.
    public var author: String
    /// When, in milliseconds since 1970.
    public var at: UInt64
    public var note: String?
    /// The write that had the value first; `nil` where it is not known any more.
    public var first: Write?

    public struct Write: Encodable, Hashable, Sendable {
        public var dot: String
        /// `hub` where an operator gave it.
        public var site: String
        public var source: String
        /// By the writer's clock, in milliseconds since 1970.
        public var time: UInt64
        /// Who gave it: an operator, or the cashier that the same change names.
        public var person: String?
        /// How far the writer's chain had come: last counter per replica.
        public var clock: [String: UInt64]
    }
}

/// Follows the hub's own writes of one field, or of one pile's counts, back to whoever had the value first.
struct OriginFinder {
    enum Matter {
        case field(life: Dot, FieldName)
        case count(sku: Text, location: Text)
    }

    let documents: Documents
    private var sets: DecodedSets

    /// A value that was decided and undone again and again is followed so far back.
    private static let stepsMax = 16

    init(documents: Documents) {
        self.documents = documents
        sets = DecodedSets(store: documents.store)
    }

    /// - Returns: `nil` for a site's own write.
    mutating func origin(of dot: Dot, in matter: Matter) throws -> ValueOrigin? {
        guard let (set, decision) = try decided(by: dot) else { return nil }
        let time = set.changes[Int(dot.counter - set.first)].time.milliseconds
        var origin = ValueOrigin(choice: decision.choice, author: decision.author, at: time, note: decision.note, first: nil)
        var present = dot
        for _ in 0..<Self.stepsMax {
            guard let (set, decision) = try decided(by: present) else {
                origin.first = try written(present)
                break
            }
            guard [.undo, .take, .keep].contains(decision.choice) else {
                origin.first = try written(present)
                origin.first?.person = decision.author
                break
            }
            guard let earlier = try former(of: present, set, decision, in: matter) else { break }
            present = earlier
        }
        return origin
    }

    /// The hub's set that holds the write, and the decision in it.
    private mutating func decided(by dot: Dot) throws -> (set: ChangeSet, decision: Decision)? {
        guard documents.writer(dot.replica) == "hub", let number = documents.standing.number(of: dot.replica),
            let set = try sets.set(containing: dot.counter, of: number), let decision = set.changes.lazy.compactMap({ Decision($0) }).first
        else { return nil }
        return (set, decision)
    }

    private mutating func written(_ dot: Dot) throws -> ValueOrigin.Write? {
        guard let number = documents.standing.number(of: dot.replica),
            let change = try sets.change(replica: number, counter: dot.counter)
        else { return nil }
        return ValueOrigin.Write(
            dot: dot.description, site: documents.writer(dot.replica)?.string ?? "", source: documents.place(ofSource: dot.replica),
            time: change.time.milliseconds, person: change.cashier, clock: documents.clock(upTo: dot))
    }

    // MARK: one step back

    /// The write whose value this one repeats.
    private mutating func former(of dot: Dot, _ set: ChangeSet, _ decision: Decision, in matter: Matter) throws -> Dot? {
        let own = set.changes.indices.filter { set.changes[$0].said(of: matter, at: set.dot(at: $0)) != nil }
        guard let place = own.firstIndex(where: { set.dot(at: $0) == dot }),
            let said = set.changes[own[place]].said(of: matter, at: dot)
        else { return nil }
        var candidates = said.names
        if decision.choice == .undo {
            // What the decision had named was written once more, in that order.
            guard let target = decision.target, let (undone, former) = try decided(by: target) else { return nil }
            candidates = undone.changes.enumerated().compactMap { $1.said(of: matter, at: undone.dot(at: $0)) }.first?.names ?? []
            // What was refused did not come back.
            candidates.removeAll { $0 == former.target }
        }
        let repeated = try candidates.filter { try value(of: $0, in: matter) != nil }
        if decision.choice == .undo, repeated.count == own.count { return repeated[place] }
        return try repeated.first { try value(of: $0, in: matter) == said.value }
    }

    private mutating func value(of dot: Dot, in matter: Matter) throws -> ValueAnswer? {
        guard let number = documents.standing.number(of: dot.replica) else { return nil }
        return try sets.change(replica: number, counter: dot.counter)?.said(of: matter, at: dot)?.value
    }
}

extension Change {
    /// What it says of a field or a pile, and which writes of that it names.
    fileprivate func said(of matter: OriginFinder.Matter, at dot: Dot) -> (value: ValueAnswer, names: [Dot])? {
        switch matter {
        case .field(let life, let field):
            guard let write = write(of: field, life, at: dot) else { return nil }
            if case .named(let dots) = write.context { return (ValueAnswer(write.value), dots) }
            return (ValueAnswer(write.value), [])
        case .count(let sku, let location):
            guard case .count(let count) = stock, count.sku == sku, count.location == location else { return nil }
            guard case .clocks(let replaced, _) = count.coverage else { return (.integer(count.quantity), []) }
            return (.integer(count.quantity), replaced.entries.map { Dot($0.replica, $0.counter) })
        }
    }

    /// What it writes into a field of the record of that life.
    func write(of field: FieldName, _ life: Dot, at dot: Dot) -> FieldWrite? {
        guard case .write(let subject, let writes) = action, (subject.life ?? dot) == life else { return nil }
        return writes.first { $0.field == field }
    }

    /// Who was at the till, where the change says so.
    var cashier: String? {
        guard case .write(_, let writes) = action else { return nil }
        return writes.first { $0.field == "cashier" }?.value.text?.string
    }
}

extension OriginFinder.Matter {
    /// `nil` where nothing of it is one value that the hub writes.
    init?(_ subject: Finding.Matter) {
        switch subject {
        case .field(let state, let field): self = .field(life: state.id.life, field)
        case .order(_, let state): self = .field(life: state.id.life, "state")
        case .cell(let cell): self = .count(sku: cell.key.sku, location: cell.key.location)
        case .crossing, .held, .pair, .restored, .outside: return nil
        }
    }
}

extension ConflictList {
    /// Where the hub's own sides of one answer are from is told of so many; following one reads some change-sets.
    static let originsMax = 400

    /// With where each side is from that the hub wrote.
    func told(_ findings: [Finding], originsMax: Int = originsMax) throws -> [Finding] {
        var finder = OriginFinder(documents: documents)
        var left = originsMax
        return try findings.map { finding in
            guard let matter = OriginFinder.Matter(finding.subject) else { return finding }
            var told = finding
            for (index, side) in finding.answer.sides.enumerated() where left > 0 && side.site == "hub" {
                guard let dot = Dot(side.dot) else { continue }
                left -= 1
                told.answer.sides[index].origin = try finder.origin(of: dot, in: matter)
            }
            return told
        }
    }
}

extension Documents {
    /// How far a write's chain had come: last counter per replica.
    func clock(upTo dot: Dot) -> [String: UInt64] {
        let entries = standing.lineage.clock(upTo: dot).entries.map { ($0.replica.description, $0.counter) }
        return Dictionary(entries, uniquingKeysWith: max)
    }

    /// The source that a replica writes for, as its site calls it.
    func place(ofSource replica: ReplicaID) -> String {
        standing.replica(replica)?.source.flatMap { standing.source($0) }?.name ?? ""
    }
}
