import Causality
import ChangeSets

/// The stored and fed form of a record's state, without its id.
///
/// ```
/// 1 byte    version: 2 where a field has inherited dots, else 1
/// varint    number of distinct writes; per write: replica index, counter, milliseconds, 1 if in bound
/// varint    number of fields; per field: name, number of siblings; per sibling:
///           write index, flags, [named dots], [saw dots], value; in version 2 then its inherited dots
/// varint    number of deletions; per deletion: write index, flags, [named dots]
/// ```
/// Flags: 1 = names dots, 2 = saw dots, 4 = personal. A dot is a replica index and a counter. What a
/// replica index means is the caller's: a number in the hub's tables, or a place in a table sent along.
extension RecordState {
    public static let codingVersion: UInt8 = 2
    /// What pages of the feed carry, and what hubs stored before.
    private static let firstVersion: UInt8 = 1

    public func encoded(replicaIndex: (ReplicaID) throws -> UInt64) rethrows -> [UInt8] {
        var writer = ByteWriter()
        let hasInherited = fields.contains { !$0.inherited.isEmpty }
        writer.byte(hasInherited ? Self.codingVersion : Self.firstVersion)
        let writes = distinctPrecedences
        writer.varint(UInt64(writes.count))
        for write in writes {
            writer.varint(try replicaIndex(write.dot.replica))
            writer.varint(write.dot.counter)
            writer.time(write.time)
            writer.flag(write.isInBound)
        }
        // Few are found faster by looking through them.
        let places = writes.count > 32 ? Dictionary(uniqueKeysWithValues: zip(writes, 0...)) : [:]
        func place(_ precedence: Precedence) -> UInt64 {
            UInt64(places[precedence] ?? writes.firstIndex(of: precedence) ?? 0)
        }
        func dots(_ dots: [Dot]) throws {
            writer.varint(UInt64(dots.count))
            for dot in dots {
                writer.varint(try replicaIndex(dot.replica))
                writer.varint(dot.counter)
            }
        }
        writer.varint(UInt64(fields.count))
        for field in fields {
            writer.field(field.name, of: id.entity)
            writer.varint(UInt64(field.siblings.writes.count))
            for sibling in field.siblings.writes {
                writer.varint(place(sibling.precedence))
                let flags = Flags(context: sibling.context, saw: sibling.content.saw, isPersonal: sibling.content.isPersonal)
                writer.byte(flags.rawValue)
                if case .named(let names) = sibling.context { try dots(names) }
                if flags.contains(.saw) { try dots(sibling.content.saw) }
                writer.value(sibling.content.value)
            }
            if hasInherited { try dots(field.inherited) }
        }
        writer.varint(UInt64(deletions.writes.count))
        for deletion in deletions.writes {
            writer.varint(place(deletion.precedence))
            writer.byte(Flags(context: deletion.context, saw: [], isPersonal: false).rawValue)
            if case .named(let names) = deletion.context { try dots(names) }
        }
        return writer.bytes
    }

    /// - Throws: `ChangeSetError` when the bytes are damaged or of a newer version.
    public init(id: RecordID, decoding bytes: [UInt8], replica: (UInt64) throws -> ReplicaID) throws {
        self.init(id: id)
        var reader = ByteReader(bytes, of: "record's state")
        let version = try reader.byte()
        guard (Self.firstVersion...Self.codingVersion).contains(version) else {
            throw ChangeSetError(.tooNew, "A record's state is of a newer version.", remedy: "Update this program; nothing is lost.")
        }
        var writes: [Precedence] = []
        for _ in 0..<(try reader.entryCount()) {
            let dot = Dot(try replica(try reader.varint()), try reader.varint())
            let time = try reader.time()
            writes.append(Precedence(isInBound: try reader.flag(), time: time, dot: dot))
        }
        func write(_ index: UInt64) throws -> Precedence {
            guard index < UInt64(writes.count) else { throw Self.damaged }
            return writes[Int(index)]
        }
        func dots() throws -> [Dot] {
            var dots: [Dot] = []
            for _ in 0..<(try reader.entryCount()) {
                dots.append(Dot(try replica(try reader.varint()), try reader.varint()))
            }
            return dots
        }
        for _ in 0..<(try reader.entryCount()) {
            let name = try reader.field(of: id.entity)
            // Look-ups halve the list: out of order, a field would be there and not be found.
            if let before = fields.last?.name, name <= before { throw Self.damaged }
            var siblings: [Siblings<FieldValue>.Write] = []
            for _ in 0..<(try reader.entryCount()) {
                let precedence = try write(try reader.varint())
                let flags = Flags(rawValue: try reader.byte())
                let context: Context = flags.contains(.named) ? .named(try dots()) : .chain
                let saw = flags.contains(.saw) ? try dots() : []
                let content = FieldValue(value: try reader.value(), saw: saw, isPersonal: flags.contains(.personal))
                siblings.append(.init(precedence: precedence, context: context, content: content))
            }
            let inherited = try version == Self.firstVersion ? [] : dots()
            fields.append(Field(name: name, siblings: Siblings(siblings), inherited: inherited))
        }
        var deleted: [Siblings<Deletion>.Write] = []
        for _ in 0..<(try reader.entryCount()) {
            let precedence = try write(try reader.varint())
            let flags = Flags(rawValue: try reader.byte())
            deleted.append(
                .init(precedence: precedence, context: flags.contains(.named) ? .named(try dots()) : .chain, content: Deletion()))
        }
        deletions = Siblings(deleted)
        try reader.finish()
    }

    private struct Flags: OptionSet {
        let rawValue: UInt8
        static let named = Flags(rawValue: 1)
        static let saw = Flags(rawValue: 2)
        static let personal = Flags(rawValue: 4)

        init(rawValue: UInt8) { self.rawValue = rawValue }

        init(context: Context, saw: [Dot], isPersonal: Bool) {
            self = []
            if !context.isChain { insert(.named) }
            if !saw.isEmpty { insert(.saw) }
            if isPersonal { insert(.personal) }
        }
    }

    private var distinctPrecedences: [Precedence] {
        var distinct: [Precedence] = []
        func add(_ precedence: Precedence) { if !distinct.contains(precedence) { distinct.append(precedence) } }
        for field in fields { for write in field.siblings.writes { add(write.precedence) } }
        for deletion in deletions.writes { add(deletion.precedence) }
        return distinct
    }

    private static let damaged = ChangeSetError(
        .damaged, "A record's state is damaged.", remedy: "Run `tributary-hub verify`; the journal can rebuild it.")
}

/// The self-contained form, as pages of the feed carry it: the replicas named are sent along.
extension RecordState {
    /// Without what is inherited, so in version 1: only the hub draws persons, and no bytes on the line change.
    public func encoded() -> [UInt8] {
        var replicas: [ReplicaID] = []
        let body = withoutInherited.encoded { replica in
            if let index = replicas.firstIndex(of: replica) { return UInt64(index) }
            replicas.append(replica)
            return UInt64(replicas.count - 1)
        }
        var writer = ByteWriter()
        writer.varint(UInt64(replicas.count))
        for replica in replicas { writer.replica(replica) }
        writer.raw(body)
        return writer.bytes
    }

    private var withoutInherited: RecordState {
        var state = self
        for place in state.fields.indices { state.fields[place].inherited = [] }
        return state
    }

    /// - Throws: `ChangeSetError` when the bytes are damaged or of a newer version.
    public init(id: RecordID, decoding bytes: [UInt8]) throws {
        var reader = ByteReader(bytes, of: "record's state")
        var replicas: [ReplicaID] = []
        for _ in 0..<(try reader.entryCount()) {
            replicas.append(try reader.replica())
        }
        try self.init(id: id, decoding: Array(bytes[reader.offset...])) { index in
            guard index < UInt64(replicas.count) else { throw Self.damaged }
            return replicas[Int(index)]
        }
    }
}

extension ByteReader {
    /// Fields of a record, siblings of a field, writes, or dots of a list.
    fileprivate mutating func entryCount() throws(ChangeSetError) -> Int {
        try count(atMost: stateEntriesMax, "entries in a record's state")
    }
}

private let stateEntriesMax = 65_536
