import Causality

/// Reads what `ByteWriter` wrote, from bytes that anybody may have sent.
///
/// Nothing is allocated by a count that the bytes claim: every length is held against the bytes that are
/// left, and lists grow as their elements are read. Values written longer than needed are refused, so
/// equal values keep equal bytes.
public struct ByteReader: Sendable {
    @usableFromInline let bytes: [UInt8]
    public private(set) var offset: Int
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

    func need(_ count: Int, _ what: String) throws(ChangeSetError) {
        guard count <= end - offset else { throw truncated(what) }
    }
}

// MARK: - The vocabulary

extension ByteReader {
    public mutating func text(atMost limit: Int = Limits.valueBytesMax) throws(ChangeSetError) -> Text {
        let count = try count(atMost: limit, "bytes in one text")
        return try text(count: count)
    }

    mutating func text(count: Int) throws(ChangeSetError) -> Text {
        try need(count, "a text of \(count) bytes")
        guard let string = String(validating: bytes[offset..<offset + count], as: UTF8.self) else {
            throw damaged("a text is no valid UTF-8")
        }
        offset &+= count
        return Text(string)
    }

    public mutating func replica() throws(ChangeSetError) -> ReplicaID {
        let high = try fixed64()
        return ReplicaID(high: high, low: try fixed64())
    }

    public mutating func source() throws(ChangeSetError) -> SourceID { SourceID(try replica()) }

    public mutating func dot() throws(ChangeSetError) -> Dot {
        let replica = try replica()
        return Dot(replica, try varint())
    }

    public mutating func dots() throws(ChangeSetError) -> [Dot] {
        try dots(count: try count(atMost: Limits.dotsMax, "dots in one list"))
    }

    private mutating func dots(count: Int) throws(ChangeSetError) -> [Dot] {
        var dots: [Dot] = []
        for _ in 0..<count { dots.append(try dot()) }
        return dots
    }

    public mutating func time() throws(ChangeSetError) -> Timestamp {
        let milliseconds = try varint()
        guard milliseconds <= Timestamp.largest.milliseconds else { throw damaged("a time has more than 48 bits") }
        return Timestamp(milliseconds: milliseconds)
    }

    public mutating func digest() throws(ChangeSetError) -> Digest { Digest(unchecked: try raw(Digest.byteCount)) }

    public mutating func clock() throws(ChangeSetError) -> VectorClock {
        let count = try count(atMost: Limits.dotsMax, "entries in one vector clock")
        var clock = VectorClock()
        var before: ReplicaID?
        for _ in 0..<count {
            let entry = try dot()
            if let before, entry.replica <= before { throw notCanonical("the entries of a vector clock are out of order") }
            guard entry.counter > 0 else { throw notCanonical("a vector clock holds a counter of 0") }
            before = entry.replica
            clock.insert(entry)
        }
        return clock
    }

    public mutating func entity() throws(ChangeSetError) -> EntityName {
        let code = try varint()
        if code == 0 { return EntityName(try name()) }
        guard let name = NameCodes.entity(code) else { throw tooNew("the entity code \(code)") }
        return name
    }

    public mutating func field(of entity: EntityName) throws(ChangeSetError) -> FieldName {
        try field(of: entity, NameCodes.place(of: entity))
    }

    mutating func field(of entity: EntityName, _ place: NameCodes.Place?) throws(ChangeSetError) -> FieldName {
        let code = try varint()
        if code == 0 { return FieldName(try name()) }
        guard let name = NameCodes.field(code, of: place) else { throw tooNew("the field code \(code) of \(entity)") }
        return name
    }

    private mutating func name() throws(ChangeSetError) -> String {
        try text(atMost: Limits.nameBytesMax).string
    }

    public mutating func value() throws(ChangeSetError) -> Value {
        switch try byte() {
        case 0: return .null
        case 1: return .integer(try signed())
        case 2: return .real(Double(bitPattern: try fixed64()))
        case 3: return .text(try text())
        case 4: return .malformedText(try bytes())
        case 5: return .blob(try bytes())
        case 6: return .reference(try reference())
        case let other: throw tooNew("the value class \(other)")
        }
    }

    public mutating func key() throws(ChangeSetError) -> LocalKey {
        let count = try count(atMost: Limits.keyColumnsMax, "key columns")
        var values: [Value] = []
        for _ in 0..<count { values.append(try value()) }
        return LocalKey(values)
    }

    public mutating func reference() throws(ChangeSetError) -> Reference {
        guard depth < Limits.referenceDepthMax else {
            throw tooLarge("references inside references more than \(Limits.referenceDepthMax) deep")
        }
        depth += 1
        defer { depth -= 1 }
        let entity = try entity()
        let (source, key, life) = try origin()
        return Reference(entity: entity, source: source, key: key, life: life)
    }

    public mutating func subject() throws(ChangeSetError) -> Subject {
        let entity = try entity()
        let (source, key, life) = try origin()
        return Subject(entity: entity, source: source, key: key, life: life)
    }

    private mutating func origin() throws(ChangeSetError) -> (SourceID?, LocalKey, Dot?) {
        let flags = try byte()
        guard flags < 4 else { throw tooNew("the reference flags \(flags)") }
        let source = flags & 1 != 0 ? try source() : nil
        let key = try key()
        let life = flags & 2 != 0 ? try dot() : nil
        return (source, key, life)
    }

    public mutating func record() throws(ChangeSetError) -> RecordID {
        let entity = try entity()
        let source = try source()
        let key = try key()
        return RecordID(entity: entity, source: source, key: key, life: try dot())
    }

    public mutating func context() throws(ChangeSetError) -> Context {
        let count = try count(atMost: Limits.dotsMax + 1, "named dots")
        return count == 0 ? .chain : .named(try dots(count: count - 1))
    }

    public mutating func position() throws(ChangeSetError) -> Position {
        let generation = try replica()
        let number = try fixed64()
        return Position(generation: generation, number: number, line: try fixed64())
    }

    public mutating func receipt() throws(ChangeSetError) -> Receipt {
        let replica = try replica()
        let last = try varint()
        let hash = try digest()
        let position = try position()
        let keepUntil = try varint()
        return Receipt(replica: replica, last: last, hash: hash, position: position, keepUntil: keepUntil, time: try time())
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
