import ChangeSets
import Foundation
import HubRuntime

/// What a person typed for a value.
struct TypedValue {
    let text: String
    /// Of whoever typed it.
    let zone: TimeZone

    /// As a field of that kind of record holds it.
    ///
    /// - Throws: `request-invalid` for what is no value of its kind.
    func read(for field: String, of entity: String?) throws(HubError) -> JSONValue {
        switch entity.flatMap({ Catalogue[EntityName($0)] })?[FieldName(field)]?.kind {
        case .money:
            guard let units else {
                let name = field.prefix(1).uppercased() + field.dropFirst()
                throw HubError(.badRequest, "\(name): \"\(text)\" is no amount.", remedy: "Give one like 12.50.")
            }
            return .integer(units)
        case .quantity: return try pieces()
        case .flag:
            guard let number = Int64(text), (0...1).contains(number) else {
                throw HubError(.badRequest, "\"\(text)\" is neither yes nor no.", remedy: "Write 1 for yes or 0 for no.")
            }
            return .integer(number)
        case .integer:
            guard let number = Int64(text) else {
                throw HubError(
                    .badRequest, "\"\(text)\" is no whole number.", remedy: "This field holds one: write it without anything else.")
            }
            return .integer(number)
        case .real:
            guard let number = Double(text.replacing(",", with: ".")), number.isFinite else {
                throw HubError(.badRequest, "\"\(text)\" is no number.", remedy: "This field holds one.")
            }
            return .real(number)
        case .time:
            guard let moment = LocalMoment.read(text, zone: zone) else {
                throw HubError(.badRequest, "\"\(text)\" is no time.", remedy: "Give a day and a time of day: 2026-11-20 18:00.")
            }
            return .integer(Int64(clamping: moment))
        case .text, .reference, .any, nil: return .text(text)
        }
    }

    /// A number of pieces, in units of 10⁻⁴: `12`, `2.5`, `2,5`.
    ///
    /// - Throws: `request-invalid` for what is no number, or may be grouped.
    func pieces() throws(HubError) -> JSONValue {
        guard let units else {
            throw HubError(
                .badRequest, "\"\(text)\" is no number of pieces.",
                remedy: "Give one without separators of thousands, and with at most four decimals: 12, 1000 or 2.5.")
        }
        return .integer(units)
    }

    /// `nil` for what is no number, or may be grouped.
    private var units: Int64? {
        let typed = text.replacing("\u{2212}", with: "-")
        // One thousand here is one there: who means 1.000 pieces writes 1000.
        guard typed.wholeMatch(of: /-?[1-9][0-9]{0,2}[.,][0-9]{3}/) == nil else { return nil }
        return typed.hasPrefix("-") ? Self.units(ofPieces: String(typed.dropFirst())).map { -$0 } : Self.units(ofPieces: typed)
    }

    /// Pieces as people type them, with a decimal point or comma, in units of 10⁻⁴; `nil`: no such number.
    static func units(ofPieces text: String) -> Int64? {
        let parts = text.replacing(",", with: ".").split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = parts.first, parts.count <= 2, (1...12).contains(whole.utf8.count), isDigits(whole) else { return nil }
        let rest = parts.count == 2 ? parts[1] : ""
        guard rest.utf8.count <= FixedPoint.digits, isDigits(rest), parts.count == 1 || !rest.isEmpty else { return nil }
        return Int64(whole + rest + String(repeating: "0", count: FixedPoint.digits - rest.utf8.count))
    }

    private static func isDigits(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
