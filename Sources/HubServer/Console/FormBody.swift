import Foundation

/// What a browser's form holds (`application/x-www-form-urlencoded`, WHATWG URL Standard).
struct FormBody {
    private var values: [String: [String]] = [:]

    init(_ body: [UInt8]) {
        for pair in body.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            values[Self.decoded(parts[0]), default: []].append(parts.count > 1 ? Self.decoded(parts[1]) : "")
        }
    }

    /// The first one of a name, without the spaces around it; `nil` when it is not there or empty.
    subscript(name: String) -> String? {
        let value = raw(name).trimmingCharacters(in: .whitespacesAndNewlines)
        return value.isEmpty ? nil : value
    }

    /// As it was typed: a password may begin with a space.
    func raw(_ name: String) -> String { values[name]?.first ?? "" }

    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// What is no UTF-8 is shown as such.
    private static func decoded(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: PercentCoding.decoded(bytes, plus: UInt8(ascii: " ")).bytes, as: UTF8.self)
    }
}
