import Causality
import ChangeSets
import Foundation

/// The customer records that a profile document names, so that own unsent changes of them can be laid over.
enum ProfileRecords {
    private struct Document: Decodable {
        struct Record: Decodable {
            var id: String?
        }
        var records: [Record]?
    }

    static func records(in document: Data) -> [RecordID] {
        guard let records = (try? JSONDecoder().decode(Document.self, from: document))?.records else { return [] }
        return records.compactMap { record in
            record.id.flatMap { Hexadecimal.bytes($0) }.flatMap { try? RecordID(canonicalBytes: $0) }
        }
    }
}
