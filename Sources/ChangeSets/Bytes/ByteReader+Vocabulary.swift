import Causality

/// The words of the specification's section 2.2 and 2.3: texts, dots, names, values, receipts.
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
        if code == 0 {
            let name = EntityName(try name())
            guard NameCodes.code(of: name) == nil else { throw notCanonical("\(name) has a code and is written out") }
            return name
        }
        guard let name = NameCodes.entity(code) else { throw tooNew("the entity code \(code)") }
        return name
    }

    public mutating func field(of entity: EntityName) throws(ChangeSetError) -> FieldName {
        try field(of: entity, NameCodes.place(of: entity))
    }

    mutating func field(of entity: EntityName, _ place: NameCodes.Place?) throws(ChangeSetError) -> FieldName {
        let code = try varint()
        if code == 0 {
            let name = FieldName(try name())
            guard place?.fields[name] == nil else { throw notCanonical("\(name) of \(entity) has a code and is written out") }
            return name
        }
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
