import Profiles

/// What somebody types into the one box for customers, and what that may be.
public struct CustomerText: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case email, phone, id, name
        /// The number of an order: it leads to who ordered.
        case order
    }

    /// Without the spaces around it.
    public let text: String
    /// Empty: too little to look for.
    public let kinds: [Kind]

    public static let charactersMin = 2
    /// What has fewer digits is no phone number.
    static let phoneDigitsMin = 5
    private static let phoneMarks: Set<Character> = ["+", " ", "(", ")", "-", "/", "."]

    public init(_ typed: String) {
        text = String(typed.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        kinds = Self.kinds(of: text)
    }

    private static func kinds(of text: String) -> [Kind] {
        guard text.count >= charactersMin else { return [] }
        if text.contains("@") { return [.email] }
        if ProfileID(text) != nil { return [.id] }
        let digits = text.count { $0.isASCII && $0.isNumber }
        let isNumber = text.allSatisfy { $0.isASCII && $0.isNumber || phoneMarks.contains($0) }
        return isNumber && digits >= phoneDigitsMin ? [.phone, .id, .order] : [.name, .id, .order]
    }

    /// For the trail, which shall not hold what was typed.
    public var trail: String { kinds.map(\.rawValue).joined(separator: "+") }
}
