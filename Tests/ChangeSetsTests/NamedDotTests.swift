import Causality
import Foundation
import Testing

@testable import ChangeSets

/// What it costs on the wire to say what a writer had been shown: the same change-sets with and without the dots that they name.
@Suite("What named dots cost on the wire")
struct NamedDotTests {
    /// A year of one site: sale lines, customers at their first purchase, and an edit of a customer now and then that names the write
    /// that was shown.
    private struct Site {
        let replica: ReplicaID
        let edits: Bool
        let isNamed: Bool
        private(set) var changes: [Change] = []
        private(set) var naming = 0
        private var draws: Draws
        /// By customer: its life, and the last write of each field.
        private var customers: [Int64: (life: Dot, fields: [Dot])] = [:]
        private static let fields: [FieldName] = ["email", "phone", "address"]

        init(number: UInt64, edits: Bool, isNamed: Bool) {
            replica = ReplicaID(high: 7, low: number)
            draws = Draws(seed: number)
            self.edits = edits
            self.isNamed = isNamed
        }

        private var next: Dot { Dot(replica, UInt64(changes.count) + 1) }

        mutating func sell(_ line: Lines.Line, _ change: Change) {
            changes.append(change)
            // About as many customers as Online Retail has: one in four for each of four sites.
            let customer = Int64(draws.below(60) * draws.below(18))
            let time = Timestamp(milliseconds: UInt64(line.at))
            guard let known = customers[customer] else {
                customers[customer] = (next, Self.fields.map { _ in next })
                let context: Context = isNamed ? .named([]) : .chain
                let writes = Self.fields.map { FieldWrite($0, .text(Text("\($0) \(customer)")), context: context, isPersonal: true) }
                changes.append(Change(time: time, action: .write(Subject(entity: "customer", key: LocalKey(.integer(customer))), writes)))
                return
            }
            guard edits, draws.oneIn(20) else { return }
            let field = draws.below(Self.fields.count)
            let context: Context = isNamed ? .named([known.fields[field]]) : .chain
            naming += 1
            let dot = next
            customers[customer]?.fields[field] = dot
            let write = FieldWrite(Self.fields[field], .text(Text("\(field) \(naming)")), context: context, isPersonal: true)
            changes.append(
                Change(
                    time: time, action: .write(Subject(entity: "customer", key: LocalKey(.integer(customer)), life: known.life), [write])))
        }

        func bytes(perSet count: Int) throws -> Int {
            try stride(from: 0, to: changes.count, by: count).reduce(0) { sum, start in
                let set = ChangeSet(
                    replica: replica, first: UInt64(start) + 20_001, previous: Digest(bytes: Samples.seed(1)) ?? .zero, opening: nil,
                    part: .whole(drain: 1), changes: Array(changes[start..<min(start + count, changes.count)]))
                return sum + (try ChangeSetCodec.encode(set, seed: Samples.seed(0), key: Samples.key)).bytes.count
            }
        }
    }

    private func cost(_ lines: [Lines.Line], edits: Bool, perSet count: Int) throws -> (perChange: Double, perEdit: Double) {
        var bytes = [0, 0]
        var (changes, naming) = (0, 0)
        let facts = Lines.changeSet(lines).changes
        for (place, isNamed) in [false, true].enumerated() {
            var sites = (0..<4).map { Site(number: UInt64($0), edits: edits, isNamed: isNamed) }
            for (index, line) in lines.enumerated() { sites[Int(line.sale) % 4].sell(line, facts[index]) }
            for site in sites { bytes[place] += try site.bytes(perSet: count) }
            changes = sites.reduce(0) { $0 + $1.changes.count }
            naming = sites.reduce(0) { $0 + $1.naming }
        }
        let difference = Double(bytes[1] - bytes[0])
        return (difference / Double(changes), naming == 0 ? 0 : difference / Double(naming))
    }

    @Test("S2: at most 0.05 bytes a change where everything is a first write, at most 1 with edits of customers")
    func drawn() throws {
        let lines = Lines.drawn(20_000)
        #expect(try cost(lines, edits: false, perSet: 1000).perChange <= 0.05)
        #expect(try cost(lines, edits: true, perSet: 1000).perChange <= 1)
    }

    @Test("the same, on Online Retail itself", .enabled(if: ProcessInfo.processInfo.environment["TRIBUTARY_ONLINE_RETAIL"] != nil))
    func real() throws {
        let lines = try Lines.onlineRetail(ProcessInfo.processInfo.environment["TRIBUTARY_ONLINE_RETAIL"] ?? "", atLeast: 200_000)
        for count in [100, 1000, 10_000] {
            let first = try cost(lines, edits: false, perSet: count)
            let edited = try cost(lines, edits: true, perSet: count)
            print(
                "\(lines.count) lines, \(count) a set: first writes \(first.perChange) bytes a change; with edits \(edited.perChange) a change, "
                    + "\(edited.perEdit) an edit that names a write")
            #expect(first.perChange <= 0.05 && edited.perChange <= 1)
        }
    }
}
