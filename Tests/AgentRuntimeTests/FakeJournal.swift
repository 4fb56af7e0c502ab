import Causality
import ChangeSets
import GRDB
import Synchronization
import TestSupport

@testable import AgentRuntime

/// Capture's journal as the outbox sees it, in memory.
final class FakeJournal: SealedJournal {
    private struct Content {
        var replicas: [SealedReplica] = []
        var pieces: [ReplicaID: [SealedPiece]] = [:]
        var drain: UInt64 = 0
    }

    private let content = Mutex(Content())

    static let replica = ReplicaID(high: 7, low: 7)
    static let source = SourceID(ReplicaID(high: 8, low: 8))

    init() {
        content.withLock {
            $0.replicas = [
                SealedReplica(replica: Self.replica, opening: ChangeSet.Opening(source: Self.source, name: "till", follows: nil), sealed: 0)
            ]
        }
    }

    /// Another writer of the same source.
    func open(_ replica: ReplicaID, follows: Dot) {
        content.withLock {
            $0.replicas.append(
                SealedReplica(
                    replica: replica, opening: ChangeSet.Opening(source: Self.source, name: "till", follows: follows), sealed: 0))
        }
    }

    /// Seals one whole drain, or one in `parts`.
    func seal(_ changes: [Change], parts: Int = 1, of replica: ReplicaID = FakeJournal.replica) {
        content.withLock { content in
            guard let place = content.replicas.firstIndex(where: { $0.replica == replica }) else { return }
            content.drain += 1
            let size = (changes.count + parts - 1) / parts
            for number in 0..<parts {
                let run = Array(changes.dropFirst(number * size).prefix(size))
                let part = ChangeSet.Part(drain: content.drain, number: UInt32(number + 1), total: UInt32(parts))
                content.pieces[replica, default: []].append(
                    SealedPiece(first: content.replicas[place].sealed + 1, part: part, changes: run))
                content.replicas[place].sealed += UInt64(run.count)
            }
        }
    }

    var count: Int { content.withLock { $0.pieces[Self.replica]?.count ?? 0 } }

    func sealedReplicas() throws -> [SealedReplica] { content.withLock { $0.replicas } }

    func pieces(after counter: UInt64, of replica: ReplicaID, changesMax: Int) throws -> [SealedPiece] {
        content.withLock { content in
            var total = 0
            return Array(
                (content.pieces[replica] ?? []).filter { $0.first > counter }.prefix { piece in
                    defer { total += piece.changes.count }
                    return total < changesMax
                })
        }
    }

    func forget(upTo counter: UInt64, of replica: ReplicaID, in db: Database) throws {
        content.withLock { $0.pieces[replica]?.removeAll { $0.last <= counter } }
    }
}

/// Changes as a till makes them.
enum Sales {
    static func customer(_ number: Int, email: String, phone: String? = nil, time: UInt64 = 1_700_000_000_000) -> Change {
        var fields = [
            FieldWrite("email", .text(Text(email)), isPersonal: true),
            FieldWrite("name", .text(Text("Customer \(number)")), isPersonal: true),
        ]
        if let phone { fields.append(FieldWrite("phone", .text(Text(phone)), isPersonal: true)) }
        return Change(
            time: Timestamp(milliseconds: time), action: .write(Subject(entity: "customer", key: LocalKey(.integer(Int64(number)))), fields)
        )
    }

    static func line(_ number: Int, sku: String, quantity: Int64, location: String = "shop", time: UInt64 = 1_700_000_000_000) -> Change {
        Change(
            time: Timestamp(milliseconds: time + UInt64(number)),
            action: .write(
                Subject(entity: "sale line", key: LocalKey(.integer(Int64(number)))),
                [FieldWrite("sku", .text(Text(sku))), FieldWrite("quantity", .integer(quantity * FixedPoint.one))]),
            stock: .movement(Movement(sku: Text(sku), location: Text(location), quantity: -quantity * FixedPoint.one, kind: .sale)))
    }

    static func count(_ sku: String, _ quantity: Int64, location: String = "shop", time: UInt64) -> Change {
        Change(
            time: Timestamp(milliseconds: time), action: .stockOnly,
            stock: .count(Count(sku: Text(sku), location: Text(location), quantity: quantity * FixedPoint.one)))
    }

    /// Changes that deflate cannot make smaller: 40 bytes and more each.
    static func noise(_ numbers: Range<Int>) -> [Change] {
        numbers.map { number in
            var random = SeededGenerator(seed: UInt64(number))
            let bytes = (0..<40).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            return Change(
                time: Timestamp(milliseconds: UInt64(number)),
                action: .write(Subject(entity: "event", key: LocalKey(.integer(Int64(number)))), [FieldWrite("detail", .blob(bytes))]))
        }
    }

    static func lines(_ numbers: Range<Int>) -> [Change] { numbers.map { line($0, sku: "sku \($0 % 50)", quantity: 1) } }
}
