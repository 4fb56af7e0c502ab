import Capture
import Causality
import ChangeSets
import Crypto
import Foundation

/// Proof of what a look-up has shown, to be sent back with a write (S2, S13): exactly these values, and of stock exactly
/// this figure.
///
/// Whoever holds it need not understand it: base64url of
/// ```
/// 1 byte    version, 1
/// 8 bytes   the moment (`SeenMoment`), 0 when nothing was shown that the hub may lack
/// varint    number of records; per record: its canonical name
/// varint    number of values; per value: place of its record, field, dot
/// varint    number of figures; per figure: SKU, location, clock of the counts shown, clock of what the figure contains
/// 4 bytes   the first of the SHA-256 of all before: a token that was cut short is told from one that is old
/// ```
public struct SeenToken: Hashable, Sendable {
    public struct Figure: Hashable, Sendable {
        public var sku: Text
        public var location: Text
        /// The counts that stood on the screen.
        public var counts = VectorClock()
        /// Everything that the figure contains.
        public var contains = VectorClock()
    }

    public var moment: UInt64 = 0
    public var shown = ShownValues()
    public var figures: [Figure] = []

    static let version: UInt8 = 1
    static let checkByteCount = 4
    /// What no look-up of ours comes near to.
    static let textBytesMax = 256 << 10

    /// The record of a life that was shown.
    func record(life: Dot) -> RecordID? { shown.records.first { $0.life == life } }

    public var text: String {
        var writer = ByteWriter()
        writer.byte(Self.version)
        writer.fixed64(moment)
        writer.varint(shown.records.count)
        for record in shown.records { writer.record(record) }
        writer.varint(shown.values.count)
        for value in shown.values {
            writer.varint(shown.records.firstIndex(of: value.record) ?? 0)
            writer.field(value.field, of: value.record.entity)
            writer.dot(value.dot)
        }
        writer.varint(figures.count)
        for figure in figures {
            writer.text(figure.sku)
            writer.text(figure.location)
            writer.clock(figure.counts)
            writer.clock(figure.contains)
        }
        return Self.base64url(writer.bytes + Self.check(writer.bytes))
    }

    /// - Throws: `AgentError.lookAgain` when it is none that this agent gave.
    public init(_ text: String) throws(AgentError) {
        do { try self.init(reading: text) } catch { throw Self.unreadable }
    }

    public init() {}

    private init(reading text: String) throws {
        guard text.utf8.count <= Self.textBytesMax, let bytes = Self.bytes(text), bytes.count > Self.checkByteCount else {
            throw Self.unreadable
        }
        let body = Array(bytes.dropLast(Self.checkByteCount))
        guard Self.check(body) == bytes.suffix(Self.checkByteCount) else { throw Self.unreadable }
        var reader = ByteReader(body, of: "seen token")
        guard try reader.byte() == Self.version else { throw Self.unreadable }
        moment = try reader.fixed64()
        let records = try reader.list { try $0.record() }
        shown.records = records
        shown.values = try reader.list { reader in
            let place = try reader.varint()
            guard place < UInt64(records.count) else { throw Self.unreadable }
            let record = records[Int(place)]
            return ShownValues.Value(record: record, field: try reader.field(of: record.entity), dot: try reader.dot())
        }
        figures = try reader.list { reader in
            Figure(sku: try reader.text(), location: try reader.text(), counts: try reader.clock(), contains: try reader.clock())
        }
        try reader.finish()
    }

    private static let unreadable = AgentError(
        .lookAgain, "The seen token is none that this agent gave, or it was cut short.",
        remedy: "Send back the whole token of the look-up, or look again and use the new one.")

    private static func check(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: Data(bytes)).prefix(checkByteCount)) }

    private static func base64url(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)).map { Array($0) }
    }
}
