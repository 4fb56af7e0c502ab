/// Reads what `ByteWriter` wrote, from bytes that anybody may have sent.
///
/// Nothing is allocated by a count that the bytes claim: every length is held against the bytes that are
/// left, and lists grow as their elements are read. Values written longer than needed are refused, so
/// equal values keep equal bytes.
public struct ByteReader: Sendable {
    @usableFromInline let bytes: [UInt8]
    public internal(set) var offset: Int
    let end: Int
    /// What is being read, for messages: "change-set", "page".
    let thing: String
    /// How deep references inside the keys of references are at present.
    var depth = 0

    public init(_ bytes: [UInt8], of thing: String = "value") {
        self.init(bytes, from: 0, to: bytes.count, of: thing)
    }

    init(_ bytes: [UInt8], from start: Int, to end: Int, of thing: String) {
        self.bytes = bytes
        offset = start
        self.end = end
        self.thing = thing
    }

    public var isAtEnd: Bool { offset == end }
    public var remaining: Int { end - offset }

    /// - Throws: `damaged` when bytes are left over.
    public func finish() throws(ChangeSetError) {
        guard isAtEnd else { throw damaged("\(remaining) bytes follow its end") }
    }

    public mutating func byte() throws(ChangeSetError) -> UInt8 {
        guard offset < end else { throw truncated("a byte") }
        defer { offset &+= 1 }
        return bytes[offset]
    }

    public mutating func varint() throws(ChangeSetError) -> UInt64 {
        guard offset < end else { throw truncated("a number") }
        let first = bytes[offset]
        offset &+= 1
        if first < 0x80 { return UInt64(first) }
        var value = UInt64(first & 0x7F)
        var shift: UInt64 = 7
        while true {
            guard offset < end else { throw truncated("a number") }
            let next = bytes[offset]
            offset &+= 1
            if shift == 63, next > 1 { throw damaged("a number needs more than 64 bits") }
            value |= UInt64(next & 0x7F) &<< shift
            if next < 0x80 {
                if next == 0 { throw notCanonical("a number is written longer than needed") }
                return value
            }
            if shift == 63 { throw damaged("a number needs more than 64 bits") }
            shift &+= 7
        }
    }

    public mutating func signed() throws(ChangeSetError) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: (value &>> 1)) ^ -Int64(bitPattern: value & 1)
    }

    /// A count or a length that must not exceed `limit`.
    public mutating func count(atMost limit: Int, _ what: String) throws(ChangeSetError) -> Int {
        let value = try varint()
        guard value <= UInt64(limit) else { throw tooLarge("\(value) \(what); at most \(limit) are taken") }
        return Int(value)
    }

    public mutating func fixed32() throws(ChangeSetError) -> UInt32 {
        try need(4, "a 32-bit number")
        defer { offset &+= 4 }
        return (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[offset + $1]) }
    }

    public mutating func fixed64() throws(ChangeSetError) -> UInt64 {
        try need(8, "a 64-bit number")
        var value: UInt64 = 0
        for index in offset..<offset + 8 { value = value &<< 8 | UInt64(bytes[index]) }
        offset &+= 8
        return value
    }

    public mutating func raw(_ count: Int) throws(ChangeSetError) -> [UInt8] {
        try need(count, "\(count) bytes")
        defer { offset &+= count }
        return Array(bytes[offset..<offset + count])
    }

    public mutating func bytes(atMost limit: Int = Limits.valueBytesMax) throws(ChangeSetError) -> [UInt8] {
        let count = try count(atMost: limit, "bytes in one value")
        return try raw(count)
    }

    public mutating func flag() throws(ChangeSetError) -> Bool {
        let value = try byte()
        guard value < 2 else { throw damaged("a flag is neither 0 nor 1") }
        return value == 1
    }

    /// A count and its elements. Every element takes at least a byte, so the count is held against what is left.
    public mutating func list<Element>(_ element: (inout ByteReader) throws -> Element) throws -> [Element] {
        let count = try count(atMost: remaining, "elements")
        var elements: [Element] = []
        for _ in 0..<count { elements.append(try element(&self)) }
        return elements
    }

    func need(_ count: Int, _ what: String) throws(ChangeSetError) {
        guard count <= end - offset else { throw truncated(what) }
    }
}

// MARK: - What may be wrong

extension ByteReader {
    func truncated(_ what: String) -> ChangeSetError {
        ChangeSetError(
            .truncated, "The \(thing) ends after \(end) bytes, where \(what) was to follow.",
            remedy: "Fetch or send it again; if it is a file, it was cut short when it was copied.")
    }

    func damaged(_ what: String) -> ChangeSetError {
        ChangeSetError(
            .damaged, "The \(thing) is damaged near byte \(offset): \(what).",
            remedy: "Fetch or send it again; if it comes damaged twice, check the disk it comes from.")
    }

    func notCanonical(_ what: String) -> ChangeSetError {
        ChangeSetError(
            .notCanonical, "The \(thing) breaks the coding near byte \(offset): \(what).",
            remedy: "Update the program that wrote it; this is a fault of its encoder.")
    }

    func tooLarge(_ what: String) -> ChangeSetError {
        ChangeSetError(
            .tooLarge, "The \(thing) is over a limit near byte \(offset): \(what).",
            remedy: "Let the writer cut it into smaller change-sets; the limits stand in protocol/SPECIFICATION.md.")
    }

    func tooNew(_ what: String) -> ChangeSetError {
        ChangeSetError(
            .tooNew, "The \(thing) uses something this version does not know near byte \(offset): \(what).",
            remedy: "Update this side; nothing was lost, the other side keeps it until then.")
    }
}
