import Complaints
import Foundation

enum JSONOutput {
    static func print(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Swift.print(TerminalText.json(String(decoding: try encoder.encode(value), as: UTF8.self)))
    }

    /// For documents that are JSON already.
    static func print(object: Any) throws {
        let data = try JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        Swift.print(TerminalText.json(String(decoding: data, as: UTF8.self)))
    }
}
