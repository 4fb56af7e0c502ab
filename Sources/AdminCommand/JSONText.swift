/// JSON whose members keep their order, so that a dump reads as its change-set does and two dumps compare line by line.
indirect enum JSONText {
    case null
    case flag(Bool)
    case integer(Int64)
    case counter(UInt64)
    case real(Double)
    case string(String)
    case list([JSONText])
    case object([(name: String, value: JSONText)])

    func text(indentedBy indent: Int = 0) -> String {
        switch self {
        case .null: "null"
        case .flag(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .counter(let value): String(value)
        case .real(let value): String(value)
        case .string(let value): Self.quoted(value)
        case .list(let items): Self.block("[", items.map { $0.text(indentedBy: indent + 2) }, "]", indent)
        case .object(let members):
            Self.block("{", members.map { Self.quoted($0.name) + ": " + $0.value.text(indentedBy: indent + 2) }, "}", indent)
        }
    }

    private static func block(_ open: String, _ items: [String], _ close: String, _ indent: Int) -> String {
        guard !items.isEmpty else { return open + close }
        let oneLine = open + items.joined(separator: ", ") + close
        if oneLine.utf8.count <= 100, !oneLine.contains("\n") { return oneLine }
        let margin = String(repeating: " ", count: indent)
        return open + "\n" + items.map { margin + "  " + $0 }.joined(separator: ",\n") + "\n" + margin + close
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case let scalar where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
