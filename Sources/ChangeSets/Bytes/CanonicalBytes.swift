import Causality

extension LocalKey {
    /// The key as stores file it: equal keys have equal bytes, and different keys different ones.
    public var canonicalBytes: [UInt8] {
        var writer = ByteWriter()
        writer.key(self)
        return writer.bytes
    }

    public init(canonicalBytes: [UInt8]) throws {
        var reader = ByteReader(canonicalBytes, of: "key")
        self = try reader.key()
        try reader.finish()
    }
}

extension RecordID {
    /// The record's name as stores file it.
    public var canonicalBytes: [UInt8] {
        var writer = ByteWriter()
        writer.record(self)
        return writer.bytes
    }

    public init(canonicalBytes: [UInt8]) throws {
        var reader = ByteReader(canonicalBytes, of: "record name")
        self = try reader.record()
        try reader.finish()
    }
}

extension Position {
    public static let byteCount = 32

    /// 32 bytes: generation (16), number (8), line (8), most significant first.
    public var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.position(self)
        return writer.bytes
    }

    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        var reader = ByteReader(bytes)
        guard let position = try? reader.position() else { return nil }
        self = position
    }
}
