/// Text that is compared byte by byte.
///
/// Swift's `String` calls "é" and "e + combining accent" equal; two local keys, SKUs or field values that
/// differ in their bytes are different things here. Normal forms belong to matching, never to storage.
public struct Text: Sendable {
    public var string: String

    public init(_ string: some StringProtocol) { self.string = String(string) }
}

extension Text: Hashable, Comparable {
    public static func == (left: Text, right: Text) -> Bool {
        // Native strings are contiguous; comparing buffers is several times as fast as comparing views.
        let isEqual = left.string.utf8.withContiguousStorageIfAvailable { left in
            right.string.utf8.withContiguousStorageIfAvailable { right in left.count == right.count && left.elementsEqual(right) }
        }
        return (isEqual ?? nil) ?? left.string.utf8.elementsEqual(right.string.utf8)
    }

    public static func < (left: Text, right: Text) -> Bool {
        let precedes = left.string.utf8.withContiguousStorageIfAvailable { left in
            right.string.utf8.withContiguousStorageIfAvailable { right in
                for index in 0..<min(left.count, right.count) where left[index] != right[index] { return left[index] < right[index] }
                return left.count < right.count
            }
        }
        return (precedes ?? nil) ?? left.string.utf8.lexicographicallyPrecedes(right.string.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        let isHashed: Void? = string.utf8.withContiguousStorageIfAvailable { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        if isHashed == nil { for byte in string.utf8 { hasher.combine(byte) } }
        hasher.combine(UInt8(0xFF))
    }
}

extension Text: ExpressibleByStringLiteral, CustomStringConvertible {
    public init(stringLiteral value: String) { string = value }
    public var description: String { string }
}
