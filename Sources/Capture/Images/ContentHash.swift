import ChangeSets

/// A 64-bit hash of a row's fields that does not depend on their order, so that an image rebuilt from
/// the hub's record equals the one captured here. Nulls and the lives of references do not count.
///
/// Per field FNV-1a over name and value, spread by the finalizer of SplitMix64 (Steele, Lea and Flood,
/// 2014), then summed. Not cryptographic: it guards against accidents only, 1 in 2⁶⁴ per edit.
enum ContentHash {
    static func of(_ fields: some Sequence<(FieldName, Value)>) -> UInt64 {
        var sum: UInt64 = 0
        for (name, value) in fields where !value.isNull {
            var writer = ByteWriter(reserving: 48)
            writer.text(name.text)
            writer.value(value.withoutLife)
            sum = sum &+ spread(fold(writer.bytes))
        }
        return sum
    }

    static func of(_ bytes: [UInt8]) -> UInt64 { spread(fold(bytes)) }

    private static func fold(_ bytes: [UInt8]) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash
    }

    private static func spread(_ value: UInt64) -> UInt64 {
        var value = value &+ 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
