import Causality
import ChangeSets
import Inventory
import Merging

import struct Crypto.SHA256

extension Hub {
    /// A hash over state and views that does not depend on the order of arrival (law 4): two hubs that admitted the same
    /// changes with the same verdicts have the same, where the same reservations had ended when their piles were last touched.
    public func digest() async throws -> Digest {
        try await reading(Timestamp(milliseconds: 0)) { documents in
            var hash = SHA256()
            for table in DerivedTable.allCases {
                hash.update(data: Array(table.rawValue.utf8))
                for row in try CanonicalRows(documents: documents).rows(of: table) { hash.update(data: row) }
            }
            guard let digest = Digest(bytes: Array(hash.finalize())) else { preconditionFailure("SHA-256 has 32 bytes.") }
            return digest
        }
    }
}

/// Rows of derived tables with the hub's own small numbers replaced by what they stand for, and without
/// what tells the order of arrival.
struct CanonicalRows {
    let documents: Documents

    private enum Column {
        case plain, skipped, record, replica, source, recordState, cellState
    }

    func rows(of table: DerivedTable) throws -> [[UInt8]] {
        let columns = Self.columns(table)
        let walk = try documents.store.rows(of: table)
        var rows: [[UInt8]] = []
        while let row = try walk.next() {
            if Self.isLeftover(row, of: table) { continue }
            var writer = ByteWriter()
            for (index, value) in row.enumerated() { try write(value, columns[index], row, &writer) }
            rows.append(writer.bytes)
        }
        return rows.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Rows that say nothing and depend on how changes came together: profiles that everybody left, sales of which
    /// nothing but a line that is gone was ever seen.
    private static func isLeftover(_ row: [Value], of table: DerivedTable) -> Bool {
        switch table {
        case .profile: row.last != .integer(1)
        case .purchase: row[1].isNull && row[12] == .integer(0)
        default: false
        }
    }

    private static func columns(_ table: DerivedTable) -> [Column] {
        switch table {
        case .record: [.record, .source, .skipped, .plain, .plain, .recordState]
        case .held: [.replica, .plain, .plain, .plain, .plain, .plain, .plain, .plain, .plain, .skipped]
        case .purchase: [.record, .plain, .source, .plain, .plain, .record, .record] + Array(repeating: .plain, count: 9) + [.record]
        case .purchaseLine: [.record, .record, .plain, .plain, .plain, .plain]
        case .total: [.record, .plain, .plain, .plain]
        case .event: [.record, .record, .plain, .plain, .plain, .plain]
        case .customer: [.record, .record, .plain, .plain, .plain]
        case .identifier: [.plain, .plain, .record, .source, .plain]
        case .earlier: [.record, .plain, .replica] + Array(repeating: .plain, count: 7)
        case .profile: [.record, .skipped, .plain, .skipped, .plain]
        case .cell: [.plain, .plain, .skipped, .plain, .cellState]
        case .movement: [.plain, .plain, .replica] + Array(repeating: .plain, count: 5)
        case .order: [.record, .plain, .skipped, .plain, .plain]
        case .shipment: [.record, .record, .plain]
        case .decision: [.record, .plain, .plain, .plain, .record]
        case .linkDecision: [.record, .record, .record, .plain]
        case .item: [.record, .source] + Array(repeating: .plain, count: 7) + [.replica, .plain]
        case .itemWord: [.plain, .plain, .record]
        case .consent: [.record, .record]
        case .note: [.record, .record, .plain]
        case .superseded: [.record, .plain, .replica] + Array(repeating: .plain, count: 7) + [.replica, .plain]
        }
    }

    private func write(_ value: Value, _ column: Column, _ row: [Value], _ writer: inout ByteWriter) throws {
        let standing = documents.standing
        switch (column, value) {
        case (.skipped, _): break
        case (.record, .integer(let raw)):
            if let dot = standing.dot(of: RecordNumber(raw: raw)) { writer.dot(dot) }
        case (.replica, .integer(let raw)):
            if let id = standing.replica(ReplicaNumber(truncatingIfNeeded: raw))?.id { writer.replica(id) }
        case (.source, .integer(let raw)):
            if let id = standing.source(SourceNumber(truncatingIfNeeded: raw))?.id { writer.source(id) }
        case (.recordState, _):
            guard let raw = row[0].integer, let state = try documents.state(RecordNumber(raw: raw)) else { return }
            writer.raw(state.encoded())
            for field in state.fieldNames { for dot in state.inherited(of: field) { writer.dot(dot) } }
        case (.cellState, _):
            guard let sku = row[0].text, let location = row[1].text,
                let cell = try documents.store.cell(sku: sku.string, location: location.string)
            else { return }
            let order = standing.replicas.map(\.id).sorted()
            writer.raw(
                try StockCell(cell, standing: standing).encoded { id in UInt64(order.firstIndex(of: id) ?? 0) })
        default: writer.value(value)
        }
    }
}
