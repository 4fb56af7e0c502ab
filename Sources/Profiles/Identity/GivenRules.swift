import ChangeSets

/// Rules as somebody has written them, read strictly: a misspelt name is told, never passed over.
///
/// Rules that were set before are read as `LinkRules`, which takes what it knows: a stricter hub must still open an older one's file.
public struct GivenRules: Decodable, Hashable, Sendable {
    public let read: Result<LinkRules, RulesFault>

    public init(_ rules: LinkRules) { read = .success(rules) }

    public init(from decoder: any Decoder) throws {
        do {
            if let fault = try RulesNames.fault(in: decoder) {
                read = .failure(fault)
            } else {
                read = .success(try LinkRules(from: decoder))
            }
        } catch let error as DecodingError {
            read = .failure(RulesFault(error, under: decoder.codingPath.count))
        }
    }
}

/// Why rules cannot be read, and what to do.
public struct RulesFault: Error, Hashable, Sendable {
    public var message: String
    public var remedy: String

    public init(message: String, remedy: String) {
        self.message = message
        self.remedy = remedy
    }
}

extension RulesFault {
    /// - Parameter depth: how many keys lead to the rules themselves.
    fileprivate init(_ error: DecodingError, under depth: Int) {
        func place(_ path: [any CodingKey]) -> String {
            let names = path.dropFirst(depth).map { key in key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)" }.joined()
            return names.isEmpty ? "The rules" : String(names.drop { $0 == "." })
        }
        let message =
            switch error {
            case .keyNotFound(let key, let context): "\(place(context.codingPath)) has no \"\(key.stringValue)\"."
            case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
                "\(place(context.codingPath)): \(Self.wanted(type)) must stand here."
            case .dataCorrupted(let context): "\(place(context.codingPath)): \(context.debugDescription)."
            @unknown default: "The rules cannot be read."
            }
        self.init(message: message, remedy: "See how it is written in the rules in force: tributary identity rules.")
    }

    private static func wanted(_ type: Any.Type) -> String {
        switch type {
        case is String.Type: "a text"
        case is Bool.Type: "true or false"
        case is Int.Type, is UInt32.Type, is Double.Type: "a number"
        case is [String: Any].Type: "an object"
        case is [Any].Type: "a list"
        default: "another value"
        }
    }
}

/// The names that may stand in rules, at each of their levels.
private enum RulesNames {
    /// The first name, in the order of places, that is none.
    static func fault(in decoder: any Decoder) throws -> RulesFault? {
        let rules = try decoder.container(keyedBy: AnyKey.self)
        if let fault = unknown(in: rules, LinkRules.CodingKeys.self, at: "") { return fault }
        if let fault = try inList(rules, "ranks", LinkRules.Rank.CodingKeys.self) { return fault }
        if let fault = try inList(rules, "blockedValues", LinkRules.BlockedValue.CodingKeys.self) { return fault }
        guard let email = try nested(rules, "email") else { return nil }
        if let fault = unknown(in: email, EmailRules.CodingKeys.self, at: "email") { return fault }
        guard let domains = try nested(email, "domains") else { return nil }
        for domain in domains.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
            let rule = try domains.nestedContainer(keyedBy: AnyKey.self, forKey: domain)
            if let fault = unknown(in: rule, EmailRules.DomainRule.CodingKeys.self, at: "email.domains.\(shown(domain.stringValue))") {
                return fault
            }
        }
        return nil
    }

    private static func nested(_ container: KeyedDecodingContainer<AnyKey>, _ name: String) throws -> KeyedDecodingContainer<AnyKey>? {
        let key = AnyKey(name)
        guard container.contains(key), try !container.decodeNil(forKey: key) else { return nil }
        return try container.nestedContainer(keyedBy: AnyKey.self, forKey: key)
    }

    private static func inList<Key: CodingKey & CaseIterable>(
        _ container: KeyedDecodingContainer<AnyKey>, _ name: String, _ known: Key.Type
    ) throws -> RulesFault? {
        let key = AnyKey(name)
        guard container.contains(key), try !container.decodeNil(forKey: key) else { return nil }
        var list = try container.nestedUnkeyedContainer(forKey: key)
        while !list.isAtEnd {
            let place = "\(name)[\(list.currentIndex)]"
            if let fault = unknown(in: try list.nestedContainer(keyedBy: AnyKey.self), known, at: place) { return fault }
        }
        return nil
    }

    private static func unknown<Key: CodingKey & CaseIterable>(
        in container: KeyedDecodingContainer<AnyKey>, _ known: Key.Type, at place: String
    ) -> RulesFault? {
        let names = Key.allCases.map(\.stringValue)
        guard let wrong = container.allKeys.map(\.stringValue).filter({ !names.contains($0) }).min() else { return nil }
        let meant = nearest(to: wrong, among: names).map { "Did you mean \"\($0)\"?" }
        return RulesFault(
            message: "\"\(shown(wrong))\" \(place.isEmpty ? "in the rules" : "in \(place)") is no name that rules know.",
            remedy: meant ?? "Here stand \(names.joined(separator: ", ")); the rest is left out.")
    }

    private static let shownMax = 60
    private static func shown(_ name: String) -> String { name.count > shownMax ? name.prefix(shownMax) + "…" : name }

    /// Case, blanks, hyphens and underscores are what people get wrong first: they count for nothing.
    private static func nearest(to word: String, among names: [String]) -> String? {
        func plain(_ name: String) -> [UInt8] { name.lowercased().filter { !" -_".contains($0) }.utf8.map { $0 } }
        let wanted = plain(shown(word))
        let limit = max(1, min(3, wanted.count / 3))
        func errors(_ name: String) -> Int {
            wanted.withUnsafeBufferPointer { one in plain(name).withUnsafeBufferPointer { TypingErrors.count(one, $0, limit: limit) } }
        }
        return names.map { (name: $0, errors: errors($0)) }.filter { $0.errors <= limit }.min { $0.errors < $1.errors }?.name
    }

    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
