/// Writes a JSON document key by key, in the order in which the keys are given.
///
/// Views are stored, sent and compared as bytes, so the same view must give the same bytes: no dictionary
/// decides the order, and a real number has one spelling. Text is written as UTF-8; only what JSON demands is escaped.
///
///     let bytes = JSONDocument.object { $0.add("sku", "85123A"); $0.add("onHand", 30_000) }
public struct JSONDocument: Sendable {
    private var bytes: [UInt8] = []
    private var needsComma = false

    /// The document whose root is the object that `build` fills.
    public static func object(_ build: (inout JSONDocument) throws -> Void) rethrows -> [UInt8] {
        var document = JSONDocument()
        document.bytes.reserveCapacity(256)
        try document.enclosed("{", "}", build)
        return document.bytes
    }

    // MARK: in an object

    public mutating func add(_ name: String, _ value: some StringProtocol) {
        key(name)
        string(value)
    }
    public mutating func add(_ name: String, _ value: some BinaryInteger) {
        key(name)
        raw(String(value))
    }
    public mutating func add(_ name: String, _ value: Bool) {
        key(name)
        raw(value ? "true" : "false")
    }
    public mutating func add(_ name: String, _ value: Text) { add(name, value.string) }
    public mutating func add(_ name: String, _ value: Value) {
        key(name)
        self.value(value)
    }
    /// A document that was written before, as it is.
    public mutating func add(_ name: String, document bytes: some Sequence<UInt8>) {
        key(name)
        self.bytes.append(contentsOf: bytes)
    }
    public mutating func addNull(_ name: String) {
        key(name)
        raw("null")
    }
    public mutating func object(_ name: String, _ build: (inout JSONDocument) throws -> Void) rethrows {
        key(name)
        try enclosed("{", "}", build)
    }
    public mutating func array(_ name: String, _ build: (inout JSONDocument) throws -> Void) rethrows {
        key(name)
        try enclosed("[", "]", build)
    }

    // MARK: in an array

    public mutating func append(_ value: some StringProtocol) {
        comma()
        string(value)
    }
    public mutating func append(_ value: some BinaryInteger) {
        comma()
        raw(String(value))
    }
    public mutating func append(_ value: Value) {
        comma()
        self.value(value)
    }
    public mutating func appendObject(_ build: (inout JSONDocument) throws -> Void) rethrows {
        comma()
        try enclosed("{", "}", build)
    }

    // MARK: bytes

    private mutating func enclosed(_ open: Unicode.Scalar, _ close: Unicode.Scalar, _ build: (inout JSONDocument) throws -> Void) rethrows {
        bytes.append(UInt8(ascii: open))
        needsComma = false
        try build(&self)
        bytes.append(UInt8(ascii: close))
        needsComma = true
    }

    private mutating func comma() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func key(_ name: String) {
        comma()
        string(name)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// Text and integers as themselves; what JSON cannot hold (bytes, infinities, references) as an object that says what it is.
    private mutating func value(_ value: Value) {
        switch value {
        case .null: raw("null")
        case .integer(let number): raw(String(number))
        case .real(let number) where number.isFinite: raw(number.description)
        case .real(let number): enclosed("{", "}") { $0.add("real", number.description) }
        case .text(let text): string(text.string)
        case .malformedText(let bytes): enclosed("{", "}") { $0.add("malformedText", Hexadecimal.string(bytes)) }
        case .blob(let bytes): enclosed("{", "}") { $0.add("blob", Hexadecimal.string(bytes)) }
        case .reference(let reference): enclosed("{", "}") { $0.add(reference) }
        }
    }

    private mutating func add(_ reference: Reference) {
        add("entity", reference.entity.text)
        if let source = reference.source { add("source", source.description) }
        array("key") { for part in reference.key.values { $0.append(part) } }
        if let life = reference.life { add("life", life.description) }
    }

    private mutating func string(_ text: some StringProtocol) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                raw("\\u00" + Hexadecimal.string([byte]))
            default:
                bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
