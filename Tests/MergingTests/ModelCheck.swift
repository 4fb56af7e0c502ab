import Causality
import ChangeSets
import Merging

/// Every way in which three replicas can write two fields of two records and exchange with the hub, up to a bound.
///
/// A node holds what matters for what can happen next: who wrote what, naming what; which writes the hub has, which each replica
/// was shown. Nodes that differ only in the names of replicas, records and fields are visited once. Beside each node stands what the
/// product made of the way there; another way to the same node must have made the same of it (law 4).
struct ModelCheck {
    static let replicaCount = 3
    /// Cell = record × 2 + field.
    static let cellCount = 4

    let writesMax: Int
    let exchangesMax: Int

    /// One write: all sets are bits by the place in `writes`.
    struct Write: Hashable {
        var replica: UInt8
        var cell: UInt8
        /// `nil`: tokenless.
        var names: UInt8?
        /// What its writer had been shown, or had written itself, of any cell.
        var knows: UInt8
    }

    struct Node: Hashable {
        var writes: [Write] = []
        var hub: UInt8 = 0
        var shown: [UInt8] = [0, 0, 0]
        /// Replicas that have done anything: the others are all alike.
        var awake = 0
    }

    /// A node in 16 bytes: millions of them are remembered.
    private struct Packed: Hashable {
        var writes: UInt64 = 1
        var sets: UInt64 = 0

        init(_ node: Node) {
            for write in node.writes {
                let names = write.names.map { 0x10 | $0 } ?? 0
                writes = writes << 13 | UInt64(write.replica) << 11 | UInt64(write.cell) << 9 | UInt64(names) << 4 | UInt64(write.knows)
            }
            for set in [node.hub] + node.shown { sets = sets << 8 | UInt64(set) }
            sets = sets << 8 | UInt64(node.awake)
        }
    }

    struct Finding: Error, CustomStringConvertible {
        var description: String
    }

    private(set) var nodes = 0
    private(set) var ways = 0

    /// Walks through all nodes, breadth first, so that each is met with the most exchanges left.
    ///
    /// - Throws: `Finding` where the product differs from the oracle, or two ways to one node differ.
    mutating func run() throws {
        var level: [Node: [RecordState]] = [Node(): Self.records]
        var met: [Packed: Int] = [:]
        for spent in 0...exchangesMax {
            // Writes are free: first all that can be written after so many exchanges, then one exchange more.
            var stack = Array(level)
            while let (node, records) = stack.popLast() {
                for (child, state) in writing(node, records) where try isNews(child, state, &met) {
                    level[child] = state
                    stack.append((child, state))
                }
            }
            nodes += level.count
            guard spent < exchangesMax else { return }
            var next: [Node: [RecordState]] = [:]
            for (node, records) in level {
                for (child, state) in exchanging(node, records) where try isNews(child, state, &met) { next[child] = state }
            }
            level = next
        }
    }

    private mutating func isNews(_ node: Node, _ records: [RecordState], _ met: inout [Packed: Int]) throws -> Bool {
        ways += 1
        let (packed, made) = (Packed(node), records.hashValue)
        if let known = met[packed] {
            guard known == made else { throw Finding(description: "two ways to one state differ: \(node)") }
            return false
        }
        met[packed] = made
        try compare(node, records)
        return true
    }

    // MARK: steps

    private func writing(_ node: Node, _ records: [RecordState]) -> [(Node, [RecordState])] {
        guard node.writes.count < writesMax else { return [] }
        var steps: [(Node, [RecordState])] = []
        for replica in 0..<min(node.awake + 1, Self.replicaCount) {
            let known = node.shown[replica] | node.own(replica)
            for cell in node.cellsToTry {
                let visible: UInt8 = node.live(among: known).filter { node.writes[Int($0)].cell == cell }.reduce(0) { $0 | 1 << $1 }
                for names in [nil, visible] as [UInt8?] {
                    var child = node
                    child.insert(Write(replica: UInt8(replica), cell: cell, names: names, knows: known))
                    child.awake = max(child.awake, replica + 1)
                    steps.append((child, records))
                }
            }
        }
        return steps
    }

    /// A push, or a pull; one that brings nothing is no step.
    private func exchanging(_ node: Node, _ records: [RecordState]) -> [(Node, [RecordState])] {
        var steps: [(Node, [RecordState])] = []
        for replica in 0..<node.awake {
            let news = node.own(replica) & ~node.hub
            if news != 0 {
                var child = node
                child.hub |= news
                var records = records
                for index in node.writes.indices where news >> index & 1 == 1 { node.admit(index, into: &records) }
                steps.append((child, records))
            }
        }
        for replica in 0..<min(node.awake + 1, Self.replicaCount) where node.shown[replica] != node.hub {
            var child = node
            child.shown[replica] = node.hub
            child.awake = max(child.awake, replica + 1)
            steps.append((child, records))
        }
        return steps
    }

    // MARK: the oracle

    /// The hub's records against the whole history.
    private func compare(_ node: Node, _ records: [RecordState]) throws {
        for cell in 0..<UInt8(Self.cellCount) {
            let product = Set(records[Int(cell) / 2].siblings(of: Node.field(cell)).writes.map(\.dot).filter { $0.replica != Node.origin })
            let admitted = node.writes.indices.filter { node.hub >> $0 & 1 == 1 && node.writes[$0].cell == cell }
            let live = node.live(among: node.hub).filter { node.writes[Int($0)].cell == cell }
            guard product == Set(live.map { node.dot(Int($0)) }) else {
                throw Finding(description: "cell \(cell): the product has \(product), the history \(live) of \(node)")
            }
            // Law 6, by search through who knew what: only a write that happened later, and knew it, may have taken a value away.
            for lost in admitted where !live.contains(UInt8(lost)) {
                guard admitted.contains(where: { $0 != lost && node.happened(lost, before: $0) }) else {
                    throw Finding(description: "cell \(cell): write \(lost) is gone and nobody knew it: \(node)")
                }
            }
        }
    }

    private static let records: [RecordState] = (0..<2).map { index in
        let life = Dot(Node.origin, UInt64(index + 1))
        return RecordState(id: RecordID(entity: "order", source: History.source, key: LocalKey(.integer(Int64(index))), life: life))
    }
}

extension ModelCheck.Node {
    static let origin = ReplicaID(high: 9, low: 9)
    static func field(_ cell: UInt8) -> FieldName { cell % 2 == 0 ? "state" : "currency" }

    /// Writes stand in the order of their replicas, then of their counters, so that it does not matter who wrote first of two
    /// who did not know of each other.
    mutating func insert(_ write: ModelCheck.Write) {
        let place = writes.firstIndex { $0.replica > write.replica } ?? writes.endIndex
        func moved(_ set: UInt8) -> UInt8 { (set & ((1 << place) - 1)) | ((set >> place) << (place + 1)) }
        writes.insert(write, at: place)
        for index in writes.indices {
            writes[index].names = writes[index].names.map(moved)
            writes[index].knows = moved(writes[index].knows)
        }
        hub = moved(hub)
        shown = shown.map(moved)
    }

    func own(_ replica: Int) -> UInt8 {
        writes.indices.filter { writes[$0].replica == UInt8(replica) }.reduce(0) { $0 | 1 << $1 }
    }

    func dot(_ index: Int) -> Dot {
        let earlier = writes[..<index].filter { $0.replica == writes[index].replica }.count
        return Dot(History.replica(Int(writes[index].replica)), UInt64(earlier + 1))
    }

    /// Those among some writes that none of them names: the equation, read literally.
    func live(among set: UInt8) -> [UInt8] {
        let members = writes.indices.filter { set >> $0 & 1 == 1 }
        return members.filter { earlier in !members.contains { names($0, earlier) } }.map { UInt8($0) }
    }

    private func names(_ later: Int, _ earlier: Int) -> Bool {
        guard writes[later].cell == writes[earlier].cell else { return false }
        if let names = writes[later].names { return names >> earlier & 1 == 1 }
        return earlier < later && writes[earlier].replica == writes[later].replica && writes[earlier].names == nil
    }

    /// Whether somebody could have told: by search through what each writer knew when it wrote.
    func happened(_ earlier: Int, before later: Int) -> Bool {
        var met: Set<Int> = []
        var front = [later]
        while let index = front.popLast() {
            if index == earlier { return true }
            guard met.insert(index).inserted else { continue }
            front += writes.indices.filter { writes[index].knows >> $0 & 1 == 1 }
        }
        return false
    }

    /// Cells in use, and one unused cell of each kind that is left: the other field of a record in use, a field of a new record.
    var cellsToTry: [UInt8] {
        let used = Set(writes.map(\.cell))
        if used.isEmpty { return [0] }
        return (0..<UInt8(ModelCheck.cellCount)).filter { cell in
            used.contains(cell) || (used.contains { $0 / 2 == cell / 2 } || cell % 2 == 0)
        }
    }

    func admit(_ index: Int, into records: inout [RecordState]) {
        let write = writes[index]
        let record = Int(write.cell) / 2
        let context: Context = write.names.map { names in .named(writes.indices.filter { names >> $0 & 1 == 1 }.map(dot)) } ?? .chain
        let subject = Subject(
            entity: "order", source: History.source, key: LocalKey(.integer(Int64(record))), life: Dot(Self.origin, UInt64(record + 1)))
        let time = Timestamp(milliseconds: 1)
        let change = Change(
            time: time, action: .write(subject, [FieldWrite(Self.field(write.cell), .integer(Int64(dot(index).counter)), context: context)])
        )
        let precedence = Precedence(isInBound: true, time: time, dot: dot(index))
        records[record].admit(change, precedence: precedence, source: History.source, lineage: Lineage())
    }
}
