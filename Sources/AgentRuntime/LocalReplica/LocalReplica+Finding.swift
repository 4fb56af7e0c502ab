import Causality
import ChangeSets
import Foundation
import GRDB

/// What was found of one person.
public struct CustomerFinding: Hashable, Sendable {
    /// The hub's profile document (JSON), as it was fed; `nil` for a customer that only this site knows so far.
    public var document: Data?
    /// Own changes that the document does not contain yet, oldest first.
    public var unsent: [OwnRecord]
}

/// What was found of one SKU at one location.
public struct StockFinding: Hashable, Sendable {
    public var sku: String
    public var location: String
    /// The hub's stock document (JSON), as it was fed; `nil` for a cell that only this site knows so far.
    public var document: Data?
    /// Own movements that the document does not contain yet, added up, in units of 10⁻⁴.
    public var unsentMovement: Int64
    /// An own stock-take that the document does not contain yet, with what was moved since.
    public var unsentCount: Int64?
    var unsentCountDot: Dot?
    /// Own changes that are laid over, or were, because the document contains them.
    public var own = VectorClock()
}

public struct Found<Finding: Sendable>: Sendable {
    public var findings: [Finding]
    /// The hub's clock when this view was the newest; `nil` when nothing was ever pulled.
    public var asOf: Timestamp?
    /// A first load is under way; what is shown may be older or not whole.
    public var isLoading: Bool
}

extension LocalReplica {
    /// More than this is no look-up, but a list.
    static let findingsMax = 100

    /// Answers from this machine alone; `own` has been caught up by the caller.
    public func customers(_ lookUp: LookUp) throws -> Found<CustomerFinding> {
        try queue.read { db in
            var findings: [CustomerFinding] = []
            var shown: Set<Dot> = []
            for document in try Self.documents(lookUp, in: db) {
                let unsent = try Self.unsent(of: ProfileDocument(document)?.lives ?? [], in: db)
                shown.formUnion(unsent.map(\.dot))
                findings.append(CustomerFinding(document: document, unsent: unsent))
            }
            var alone: [RecordID] = []
            for own in try Self.ownCustomers(lookUp, in: db) where !shown.contains(own.dot) && !alone.contains(own.record) {
                alone.append(own.record)
            }
            for record in alone { findings.append(CustomerFinding(document: nil, unsent: try Self.unsent(of: [record.life], in: db))) }
            return try Self.found(findings, in: db)
        }
    }

    private static func documents(_ lookUp: LookUp, in db: Database) throws -> [Data] {
        for candidate in lookUp.candidates {
            let found = try Data.fetchAll(
                db,
                sql: """
                    SELECT body FROM view_entry WHERE id IN (SELECT entry FROM view_index WHERE kind = ? AND value = ?)
                    ORDER BY key LIMIT ?
                    """, arguments: [candidate.kind, candidate.value, findingsMax])
            if !found.isEmpty { return found }
        }
        return []
    }

    private static func ownCustomers(_ lookUp: LookUp, in db: Database) throws -> [OwnRecord] {
        for candidate in lookUp.candidates {
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT \(OwnRecord.columns) FROM own_record JOIN own_identifier USING (replica, counter)
                    WHERE kind = ? AND value = ? ORDER BY time, replica, counter LIMIT ?
                    """, arguments: [candidate.kind, candidate.value, findingsMax])
            if !rows.isEmpty { return try rows.map(OwnRecord.init) }
        }
        return []
    }

    static func unsent(of lives: [Dot], in db: Database) throws -> [OwnRecord] {
        var own: [OwnRecord] = []
        for life in lives {
            let name = life.description
            let rows = try Row.fetchAll(
                db, sql: "SELECT \(OwnRecord.columns) FROM own_record WHERE life = ? OR parent = ? LIMIT ?",
                arguments: [name, name, findingsMax])
            own += try rows.map(OwnRecord.init)
        }
        return own.sorted { ($0.time, $0.dot) < ($1.time, $1.dot) }
    }

    public func stock(sku: String) throws -> Found<StockFinding> {
        try queue.read { db in
            var findings: [StockFinding] = []
            let rows = try Row.fetchAll(
                db, sql: "SELECT key, body FROM view_entry WHERE id IN (SELECT entry FROM view_index WHERE kind = 'sku' AND value = ?)",
                arguments: [sku])
            for row in rows {
                var reader = ByteReader(row.bytes(0), of: "stock key")
                _ = try reader.text()
                findings.append(
                    StockFinding(sku: sku, location: try reader.text().string, document: row[1], unsentMovement: 0, unsentCount: nil))
            }
            try Self.layOver(&findings, sku: sku, in: db)
            findings.sort { Text($0.location) < Text($1.location) }
            let own = try Self.laidOver(in: db)
            for index in findings.indices { findings[index].own = own }
            return try Self.found(findings, in: db)
        }
    }

    private static func layOver(_ findings: inout [StockFinding], sku: String, in db: Database) throws {
        let rows = try Row.fetchCursor(
            db, sql: "SELECT location, kind, quantity, replica, counter FROM own_stock WHERE sku = ? ORDER BY time, replica, counter",
            arguments: [sku])
        while let row = try rows.next() {
            let location: String = row[0]
            let kind: UInt8 = row[1]
            let quantity: Int64 = row[2]
            let index: Int
            if let known = findings.firstIndex(where: { Text($0.location) == Text(location) }) {
                index = known
            } else {
                index = findings.count
                findings.append(StockFinding(sku: sku, location: location, document: nil, unsentMovement: 0, unsentCount: nil))
            }
            switch Movement.Kind(rawValue: kind) {
            case nil:  // a count replaces what was moved before it
                findings[index].unsentCount = quantity
                findings[index].unsentCountDot = ReplicaID(bytes: row.bytes(3)).map { Dot($0, row[4]) }
                findings[index].unsentMovement = 0
            case .reservation, .release: break  // claims, which move nothing
            default:
                findings[index].unsentMovement &+= quantity
                if let count = findings[index].unsentCount { findings[index].unsentCount = count &+ quantity }
            }
        }
    }
}
