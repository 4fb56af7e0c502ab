/// A JSON document with its members in the order they are given. Foundation's encoder keeps neither the
/// order nor, on every path, all 64 bits of an integer.
indirect enum JSONText {
    case null
    case `true`
    case `false`
    /// Digits, as they shall stand.
    case number(String)
    case string(String)
    case array([JSONText])
    case object([(String, JSONText)])

    var text: String {
        var bytes: [UInt8] = []
        write(to: &bytes, indent: 0)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(to bytes: inout [UInt8], indent: Int) {
        switch self {
        case .null: bytes += "null".utf8
        case .true: bytes += "true".utf8
        case .false: bytes += "false".utf8
        case .number(let digits): bytes += digits.utf8
        case .string(let string): Self.write(string, to: &bytes)
        case .array(let elements):
            Self.write(elements, between: "[", "]", to: &bytes, indent: indent) { element, bytes in
                element.write(to: &bytes, indent: indent + 1)
            }
        case .object(let members):
            Self.write(members, between: "{", "}", to: &bytes, indent: indent) { member, bytes in
                Self.write(member.0, to: &bytes)
                bytes += ": ".utf8
                member.1.write(to: &bytes, indent: indent + 1)
            }
        }
    }

    private static func write<Part>(
        _ parts: [Part], between open: String, _ close: String, to bytes: inout [UInt8], indent: Int, part: (Part, inout [UInt8]) -> Void
    ) {
        bytes += open.utf8
        for (index, element) in parts.enumerated() {
            bytes += (index == 0 ? "\n" : ",\n").utf8
            bytes += repeatElement(UInt8(ascii: " "), count: 2 * indent + 2)
            part(element, &bytes)
        }
        if !parts.isEmpty {
            bytes.append(UInt8(ascii: "\n"))
            bytes += repeatElement(UInt8(ascii: " "), count: 2 * indent)
        }
        bytes += close.utf8
    }

    private static func write(_ string: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes += "\\\"".utf8
            case UInt8(ascii: "\\"): bytes += "\\\\".utf8
            case 0x0A: bytes += "\\n".utf8
            case 0x0D: bytes += "\\r".utf8
            case 0x09: bytes += "\\t".utf8
            case 0x08: bytes += "\\b".utf8
            case 0x0C: bytes += "\\f".utf8
            case 0..<0x20: bytes += "\\u00\(Hexadecimal.string([byte]))".utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
