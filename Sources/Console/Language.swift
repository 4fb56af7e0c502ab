import Foundation

/// A language of the console.
public enum Language: String, Sendable, CaseIterable {
    case english = "en"
    case german = "de"

    /// The first one that a browser asks for (`Accept-Language`) and that there is.
    public init(accepted header: String?) {
        let asked = (header ?? "").split(separator: ",").compactMap { part -> (language: Language, weight: Double)? in
            let pieces = part.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
            guard let tag = pieces.first, let language = Language(rawValue: String(tag.lowercased().prefix(2))) else { return nil }
            let weight = pieces.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            // No weight is above 1 (RFC 9110, 12.4.2).
            return weight > 0 ? (language, min(weight, 1)) : nil
        }
        // Of one weight the first.
        self = asked.enumerated().max { ($0.element.weight, -$0.offset) < ($1.element.weight, -$1.offset) }?.element.language ?? .english
    }

    /// In its own words.
    var name: String {
        switch self {
        case .english: "English"
        case .german: "Deutsch"
        }
    }

    var locale: Locale {
        switch self {
        // 24 hours and the day first: the console's figures stand in tables.
        case .english: Locale(identifier: "en_GB")
        case .german: Locale(identifier: "de_DE")
        }
    }
}
