import Complaints
import Foundation
import Profiles

/// A file of people as `tributary-hub match` reads it.
struct MatchFile {
    /// The largest file that is read.
    static let bytesMax = 1 << 30

    let table: DelimitedText
    let columns: PersonColumns
    let records: [PersonTraits]
    let labels: TruthLabels?

    init(path: String, mapping: String? = nil, truth: String? = nil, source: String? = nil) throws {
        let table = try DelimitedText(try Self.bytes(of: path), file: path)
        let columns = try PersonColumns(table.header, mapping: mapping, truth: truth, source: source)
        let places = columns.fields.sorted { $0.key < $1.key }
        records = table.rows.map { row in PersonTraits(places.map { (field: $0.value.rawValue, value: row[$0.key]) }) }
        labels = columns.truth.map { column in TruthLabels(table.rows.map { $0[column] }) }
        (self.table, self.columns) = (table, columns)
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        guard let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int else {
            throw Complaint("\(path) cannot be read.", remedy: "Look whether the file is there and may be read.")
        }
        guard size <= bytesMax else { throw Complaint("\(path) is larger than \(bytesMax >> 30) GB.", remedy: "Match it in parts.") }
        do { return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) } catch {
            throw Complaint("\(path) cannot be read.", remedy: "Look whether the file may be read.")
        }
    }
}
