import ChangeSets

/// One pile of goods: an SKU at a location. Both are values, compared byte by byte; a pile has no life (S32).
public struct StockKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    public var sku: Text
    public var location: Text

    public init(sku: Text, location: Text) {
        self.sku = sku
        self.location = location
    }

    public static func < (left: StockKey, right: StockKey) -> Bool {
        left.sku == right.sku ? left.location < right.location : left.sku < right.sku
    }

    public var description: String { "\(sku) at \(location)" }

    /// The key as stores file it and the feed sends it: two texts, SKU first.
    public var canonicalBytes: [UInt8] {
        var writer = ByteWriter()
        writer.text(sku)
        writer.text(location)
        return writer.bytes
    }

    /// - Throws: `ChangeSetError` when the bytes are not two texts.
    public init(canonicalBytes: [UInt8]) throws {
        var reader = ByteReader(canonicalBytes)
        sku = try reader.text()
        location = try reader.text()
        guard reader.isAtEnd else {
            throw ChangeSetError(
                .damaged, "A stock key has bytes left over.", remedy: "Run `tributary-hub verify`; the journal can rebuild it.")
        }
    }
}

extension StockEffect {
    /// The piles that this effect touches: the one it names and, for goods sent off, the one they are on the way to.
    ///
    /// The hub admits the effect to the `StockCell` of each.
    public var keys: [StockKey] {
        let own = StockKey(sku: sku, location: location)
        guard case .movement(let movement) = self, movement.kind == .transferOut, let end = movement.counterpart, end != location else {
            return [own]
        }
        return [own, StockKey(sku: sku, location: end)]
    }
}

extension Movement.Kind {
    /// Whether goods move: a reservation and a release only claim them.
    public var movesGoods: Bool { !isClaim }
    public var isClaim: Bool { self == .reservation || self == .release }
}
