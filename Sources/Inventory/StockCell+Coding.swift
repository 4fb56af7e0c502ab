import Causality
import ChangeSets

/// The stored form of a cell.
///
/// ```
/// 1 byte    version, 1
/// varint    number of tallies; per tally: replica index, moved, last movement, last, first count
/// varint    number of live counts; per count: replica index, counter, milliseconds, flags, quantity, included, [two clocks]
/// varint    number of chain tops; per top: replica index, counter
/// clock     what counts with clocks replaced: varint number; per entry: replica index, counter
/// varint    number of claims; per claim: document, released, varint number of parts; per part: end + 1 or 0, quantity
/// wide      claims without a document
/// varint    number of transfers; per transfer: 0, or 1 and the document; quantity
/// ```
/// Flags: 1 = time in bound, 2 = carries clocks. Sums are 128 bits: a signed high half and an unsigned low half.
/// Lists are in the order of their keys, so equal cells have equal bytes. What a replica index means is the caller's.
extension StockCell {
    public static let codingVersion: UInt8 = 1

    public func encoded(replicaIndex: (ReplicaID) throws -> UInt64) rethrows -> [UInt8] {
        var writer = ByteWriter()
        func dot(_ dot: Dot) throws {
            writer.varint(try replicaIndex(dot.replica))
            writer.varint(dot.counter)
        }
        func clock(_ clock: VectorClock) throws {
            writer.varint(UInt64(clock.count))
            for entry in clock.entries { try dot(Dot(entry.replica, entry.counter)) }
        }
        writer.byte(Self.codingVersion)
        writer.varint(UInt64(tallies.count))
        for (replica, tally) in tallies.sorted(by: { $0.key < $1.key }) {
            writer.varint(try replicaIndex(replica))
            writer.wide(tally.moved)
            writer.varint(tally.lastMovement)
            writer.varint(tally.last)
            writer.varint(tally.firstCount)
        }
        writer.varint(UInt64(counts.count))
        for entry in counts {
            try dot(entry.dot)
            writer.varint(entry.precedence.time.milliseconds)
            writer.byte((entry.precedence.isInBound ? 1 : 0) | (entry.count.coverage == .chain ? 0 : 2))
            writer.signed(entry.count.quantity)
            writer.wide(entry.included)
            if case .clocks(let replaced, let included) = entry.count.coverage {
                try clock(replaced)
                try clock(included)
            }
        }
        writer.varint(UInt64(chainTops.count))
        for top in chainTops { try dot(top) }
        try clock(replacedByClocks)
        writer.varint(UInt64(claims.count))
        for (document, claim) in claims.sorted(by: { $0.key < $1.key }) {
            writer.text(document)
            writer.wide(claim.released)
            writer.varint(UInt64(claim.parts.count))
            for part in claim.parts {
                writer.varint(part.expires.map { $0.milliseconds + 1 } ?? 0)
                writer.wide(part.quantity)
            }
        }
        writer.wide(anonymousClaims)
        writer.varint(UInt64(underway.count))
        if let quantity = underway[nil] {
            writer.byte(0)
            writer.wide(quantity)
        }
        let named = underway.compactMap { document, quantity in document.map { (document: $0, quantity: quantity) } }
        for (document, quantity) in named.sorted(by: { $0.document < $1.document }) {
            writer.byte(1)
            writer.text(document)
            writer.wide(quantity)
        }
        return writer.bytes
    }

    /// - Throws: `ChangeSetError` or `InventoryError` when the bytes are damaged or of a newer version.
    public init(key: StockKey, decoding bytes: [UInt8], replica: (UInt64) throws -> ReplicaID) throws {
        self.init(key: key)
        var reader = ByteReader(bytes)
        guard try reader.byte() == Self.codingVersion else { throw Self.damaged("is of a newer version") }
        func dot() throws -> Dot { Dot(try replica(try reader.varint()), try reader.varint()) }
        func clock() throws -> VectorClock {
            var clock = VectorClock()
            for _ in 0..<(try reader.length()) { clock.insert(try dot()) }
            return clock
        }
        for _ in 0..<(try reader.length()) {
            tallies[try replica(try reader.varint())] = Tally(
                moved: try reader.wide(), lastMovement: try reader.varint(), last: try reader.varint(), firstCount: try reader.varint())
        }
        for _ in 0..<(try reader.length()) {
            let name = try dot()
            let time = Timestamp(milliseconds: try reader.varint())
            let flags = try reader.byte()
            guard flags < 4 else { throw Self.damaged("has unknown flags") }
            let quantity = try reader.signed()
            let included = try reader.wide()
            let coverage: Count.Coverage = flags & 2 == 0 ? .chain : .clocks(replaced: try clock(), included: try clock())
            counts.append(
                LiveCount(
                    precedence: Precedence(isInBound: flags & 1 != 0, time: time, dot: name),
                    count: Count(sku: key.sku, location: key.location, quantity: quantity, coverage: coverage), included: included))
        }
        for _ in 0..<(try reader.length()) { chainTops.append(try dot()) }
        replacedByClocks = try clock()
        for _ in 0..<(try reader.length()) {
            let document = try reader.text()
            let released = try reader.wide()
            var parts: [Claim.Part] = []
            for _ in 0..<(try reader.length()) {
                let end = try reader.varint()
                parts.append(Claim.Part(expires: end == 0 ? nil : Timestamp(milliseconds: end - 1), quantity: try reader.wide()))
            }
            claims[document] = Claim(parts: parts, released: released)
        }
        claimParts = claims.values.reduce(0) { $0 + $1.parts.count }
        anonymousClaims = try reader.wide()
        for _ in 0..<(try reader.length()) {
            let document: Text? = try reader.flag() ? try reader.text() : nil
            underway[document] = try reader.wide()
        }
        guard reader.isAtEnd else { throw Self.damaged("has bytes left over") }
    }

    private static func damaged(_ what: String) -> InventoryError {
        InventoryError(
            .damaged, "The stored stock of one SKU and location \(what).",
            remedy: "Update this program if it is older than its data, else run `tributary-hub verify`: the journal can rebuild it.")
    }
}

/// The self-contained form: the replicas named are written along.
extension StockCell {
    public func encoded() -> [UInt8] {
        var places: [ReplicaID: UInt64] = [:]
        var replicas: [ReplicaID] = []
        let body = encoded { replica in
            if let place = places[replica] { return place }
            replicas.append(replica)
            places[replica] = UInt64(replicas.count - 1)
            return UInt64(replicas.count - 1)
        }
        var writer = ByteWriter()
        writer.varint(UInt64(replicas.count))
        for replica in replicas { writer.raw(replica.bytes) }
        writer.raw(body)
        return writer.bytes
    }

    /// - Throws: `ChangeSetError` or `InventoryError` when the bytes are damaged or of a newer version.
    public init(key: StockKey, decoding bytes: [UInt8]) throws {
        var reader = ByteReader(bytes)
        var replicas: [ReplicaID] = []
        for _ in 0..<(try reader.length()) { replicas.append(try reader.replica()) }
        let body = try reader.raw(reader.remaining)
        try self.init(key: key, decoding: body) { index in
            guard index < UInt64(replicas.count) else { throw Self.damaged("names a replica that is not there") }
            return replicas[Int(index)]
        }
    }
}

extension ByteWriter {
    /// A sum in 128 bits.
    mutating func wide(_ value: Int128) {
        signed(Int64(truncatingIfNeeded: value >> 64))
        varint(UInt64(truncatingIfNeeded: value))
    }
}

extension ByteReader {
    mutating func wide() throws -> Int128 {
        let high = try signed()
        return Int128(high) << 64 | Int128(try varint())
    }

    /// A number of things to follow, each at least a byte long.
    mutating func length() throws -> Int { try count(atMost: remaining, "entries") }
}
