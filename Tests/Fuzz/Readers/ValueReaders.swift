import Causality
import Foundation
import HubRuntime
import Inventory
import Merging
import Profiles
import Serving

@testable import AgentRuntime
@testable import ChangeSets
@testable import HubRuntime

/// Names and values, as bytes and as people type them.
extension FuzzedReader {
    /// A byte for the kind of name; equal names have equal bytes, so what is read has no other.
    static let canonicalBytes = FuzzedReader(name: "canonical-bytes") {
        let reference = Value.reference(Reference(entity: "sale", key: LocalKey(3), life: sampleRecord.life))
        return [
            tagged(0, LocalKey(["a", 7, .null, .real(0.5), .blob([1])]).canonicalBytes), tagged(0, LocalKey(reference).canonicalBytes),
            tagged(1, sampleRecord.canonicalBytes), tagged(2, StockKey(sku: "BOOT-42", location: "shop").canonicalBytes),
        ]
    } read: { bytes in
        var pieces = Pieces(bytes)
        let kind = pieces.byte()
        let name = pieces.rest
        let written = try attempt(ChangeSetError.self) {
            switch kind % 3 {
            case 0: try LocalKey(canonicalBytes: name).canonicalBytes
            case 1: try RecordID(canonicalBytes: name).canonicalBytes
            default: try StockKey(canonicalBytes: name).canonicalBytes
            }
        }
        if let written { try promise(written == name, "The name has two forms.") }
    }

    /// The changes of an agent's journal.
    static let journalPiece = FuzzedReader(name: "journal-piece") {
        try Repository.files("protocol/vectors/valid", ".changeset").map { ChangeCoding.encode(try ChangeSetCodec.decode($0).changes) }
    } read: { bytes in
        guard let changes = try attempt(ChangeSetError.self, body: { try ChangeCoding.decode(bytes) }) else { return }
        try promise(try ChangeCoding.decode(ChangeCoding.encode(changes)) == changes, "Written again, the changes are others.")
        _ = try attempt(ChangeSetError.self) { try ChangeSet.check(changes) }
    }

    /// A byte for what it is, then the word.
    static let words = FuzzedReader(name: "words") {
        [
            "00000000000000010000000000000002:5", "00000000000000010000000000000002", "0a0B", "1700000000000.1600000000000.\(dot)",
            "ranked: web, shop-1", "p00000000000000010000000000000002-5", "policy:customer/phone", "[::1]:8080",
            "https://hub.example.com:8443/sync/", "email+phone",
        ].enumerated().map { tagged(UInt8($0), Array($1.utf8)) }
    } read: { bytes in
        var pieces = Pieces(bytes)
        let kind = pieces.byte()
        let word = pieces.text
        switch kind {
        case 0: try readWord(Dot.self, word)
        case 1: try readWord(ReplicaID.self, word)
        case 2:
            if let bytes = Hexadecimal.bytes(word) { try promise(Hexadecimal.string(bytes) == word.lowercased(), "Other digits.") }
            _ = VerifyingKey(word)
        case 3: try readWord(TimelinePlace.self, word)
        case 4: try readWord(FieldPolicy.self, word)
        case 5: try readWord(ProfileID.self, word)
        case 6:
            _ = Policies.Name(word)
            _ = SafetyStock.Name(word)
            _ = Screen(word)
        case 7: if let address = ListenAddress(word) { try promise(ListenAddress("\(address)") == address, "Another address.") }
        case 8:
            let address = try attempt(AgentError.self) { try HubAddress(word, allowPlainHTTP: true) }
            if let address { try promise(try HubAddress("\(address)", allowPlainHTTP: true) == address, "Another address.") }
        default: try readWord(Identifier.Kind.self, word)
        }
    }

    private static let dot = "00000000000000010000000000000002-5"

    static func readWord<Word: LosslessStringConvertible & Equatable>(_ type: Word.Type, _ word: String) throws {
        guard let read = Word(word) else { return }
        try promise(Word(read.description) == read, "\(type): what it is written as means something else.")
    }

    /// A document with this text in it, and this input as a document.
    static let jsonText = FuzzedReader(name: "json-text") {
        ["é \u{1}\"\\/\u{7F}", "{\"a\":[1,2.5,-0,1e300,null,true,{\"b\":\"\\u00e9\"}]}", deepJSON].map { Array($0.utf8) }
    } read: { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let document = JSONDocument.object { $0.add("name", text) }
        let read = try JSONDecoder().decode([String: String].self, from: Data(document))
        try promise(read["name"].map { Text($0) } == Text(text), "A document gives the text back otherwise.")
        _ = try? JSONDecoder().decode(JSONInput.self, from: Data(bytes))
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) else { return }
        _ = value.text
        if value != .other {
            try promise(try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value)) == value, "JSON made another value.")
        }
    }

    /// As deep as Foundation reads.
    static let deepJSON = String(repeating: "[", count: 500) + String(repeating: "]", count: 500)
}
