import Causality
import ChangeSets

/// Which of several live values of a field is shown, of a person or of an order; the others stay and are listed.
///
/// Blank values (null, or nothing but spaces) are passed over while another record has something to say: a shop that never
/// asked for a phone number does not take away the web shop's.
public enum FieldPolicy: Hashable, Sendable {
    /// The highest precedence.
    case latest
    /// The lowest precedence.
    case earliest
    /// The value that most records hold, then the latest among them.
    case mostFrequent
    /// The text of most characters, then the latest among them.
    case longest
    /// The first of these sites that has a value, then the latest of its values; sites that are not listed come last.
    case ranked([Text])
    /// The largest number; of texts the last in the order of their bytes.
    case maximum
    /// The smallest number; of texts the first in the order of their bytes.
    case minimum
    /// A no beats a yes, whoever said it later: consent.
    case mostRestrictive
    /// Everything that anybody has: lists separated by commas become one list.
    case union
    /// The latest is shown, and an operator is asked.
    case ask
}

extension FieldPolicy {
    /// Puts candidates in order, the one to show last.
    func ordered(_ candidates: [GoldenField.Candidate]) -> [GoldenField.Candidate] {
        let weight = weight(among: candidates)
        return candidates.sorted { left, right in
            if left.value.isBlank != right.value.isBlank { return left.value.isBlank }
            let (ofLeft, ofRight) = (weight(left), weight(right))
            if ofLeft != ofRight { return ofLeft < ofRight }
            if self == .maximum, left.value != right.value { return left.value.isSmaller(than: right.value) }
            if self == .minimum, left.value != right.value { return right.value.isSmaller(than: left.value) }
            return self == .earliest ? right.precedence < left.precedence : left.precedence < right.precedence
        }
    }

    func weight(among candidates: [GoldenField.Candidate]) -> (GoldenField.Candidate) -> Int {
        switch self {
        case .latest, .earliest, .maximum, .minimum, .union, .ask:
            return { _ in 0 }
        case .mostRestrictive:
            return { $0.value.isNo ? 1 : 0 }
        case .mostFrequent:
            var records: [Value: Set<RecordID>] = [:]
            for candidate in candidates { records[candidate.value, default: []].insert(candidate.record) }
            return { records[$0.value]?.count ?? 0 }
        case .longest:
            return { $0.value.typed?.string.count ?? 0 }
        case .ranked(let sites):
            return { candidate in -(candidate.site.flatMap { sites.firstIndex(of: $0) } ?? sites.count) }
        }
    }
}

extension FieldPolicy {
    /// The value to show for several: of a union, the list of all.
    func shown(_ ordered: [GoldenField.Candidate]) -> Value? {
        guard self == .union else { return ordered.last?.value }
        let items = ordered.reversed().compactMap { $0.value.typed?.string }.flatMap { $0.split(separator: ",") }
            .map { $0.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed() }.map { String($0) }.filter { !$0.isEmpty }
        return items.isEmpty ? ordered.last?.value : .text(Text(Set(items).sorted().joined(separator: ", ")))
    }
}

extension FieldPolicy: CustomStringConvertible, LosslessStringConvertible {
    private static let named: [(name: String, policy: FieldPolicy)] = [
        ("latest", .latest), ("earliest", .earliest), ("most frequent", .mostFrequent), ("longest", .longest), ("maximum", .maximum),
        ("minimum", .minimum), ("most restrictive", .mostRestrictive), ("union", .union), ("ask", .ask),
    ]
    private static let rankedMark = "ranked:"

    /// As operators write it: `latest`, or `ranked: web, shop-1`.
    public var description: String {
        if case .ranked(let sites) = self { return "\(Self.rankedMark) \(sites.map(\.string).joined(separator: ", "))" }
        return Self.named.first { $0.policy == self }?.name ?? ""
    }

    public init?(_ description: String) {
        if description.hasPrefix(Self.rankedMark) {
            // A site's name may hold spaces, but neither begin nor end with one.
            let sites = description.dropFirst(Self.rankedMark.count).split(separator: ",").map { site in
                String(site.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
            }
            guard !sites.isEmpty, sites.allSatisfy({ !$0.isEmpty }) else { return nil }
            self = .ranked(sites.map { Text($0) })
        } else {
            guard let known = Self.named.first(where: { $0.name == description }) else { return nil }
            self = known.policy
        }
    }

    /// What an operator may write.
    public static let forms = (named.map(\.name) + ["ranked: SITE, SITE"]).joined(separator: ", ")
}

extension Value {
    fileprivate var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value): value
        default: nil
        }
    }

    /// Numbers by size, before all texts; texts by their bytes.
    fileprivate func isSmaller(than other: Value) -> Bool {
        switch (self, other) {
        case (.integer(let left), .integer(let right)): left < right
        case (.text(let left), .text(let right)): left < right
        default:
            switch (number, other.number) {
            case (let left?, let right?): left < right
            case (.some, nil): true
            default: false
            }
        }
    }

    fileprivate var isNo: Bool {
        switch self {
        case .integer(0): true
        case .text(let text): ["no", "false", "off", "0", "never", "denied", "withdrawn", "opt-out"].contains(text.string.lowercased())
        default: false
        }
    }

    var isBlank: Bool {
        switch self {
        case .null: true
        case .text(let text): text.string.allSatisfy(\.isWhitespace)
        default: false
        }
    }
}

extension Value {
    /// The value as somebody would type it; `nil` for what nobody types.
    public var typed: Text? {
        switch self {
        case .text(let text): text
        case .integer(let number): Text(String(number))
        default: nil
        }
    }
}
