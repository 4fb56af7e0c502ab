/// Percent-encoding (RFC 3986, 2.1), byte by byte: Foundation's drops a byte order mark, and an SKU may begin with one.
enum PercentCoding {
    /// - Parameter plus: what a plus sign stands for: itself in a path, a space in a form.
    /// - Returns: what does not follow the rules as it stands.
    static func decoded(_ bytes: some Collection<UInt8>, plus: UInt8) -> (bytes: [UInt8], isWellFormed: Bool) {
        var decoded: [UInt8] = []
        var isWellFormed = true
        var rest = Array(bytes)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): decoded.append(plus)
            case UInt8(ascii: "%"):
                if let high = rest.first.flatMap(digit), let low = rest.dropFirst().first.flatMap(digit) {
                    decoded.append(high << 4 | low)
                    rest = rest.dropFirst(2)
                } else {
                    isWellFormed = false
                    decoded.append(byte)
                }
            default: decoded.append(byte)
            }
        }
        return (decoded, isWellFormed)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
