import ChangeSets
import Foundation
import Profiles

/// What of a form cannot be taken, and where it stands.
public struct RulesSlip: Error, Hashable, Sendable {
    /// The words for it: `rules-slip-…`.
    var name: String
    /// The field's name in the form.
    var field: String
    /// As it was typed.
    var typed: String = ""
    /// The kind of identifier that it is about.
    var kind: String?
}

extension RulesTyped {
    /// The rules that the form asks for. What it has no field for stays as it is.
    public func rules(replacing inForce: LinkRules) throws(RulesSlip) -> LinkRules {
        var rules = inForce
        rules.ranks = try ranks()
        guard let records = Int(recordsPerPerson), LinkRules.recordsPerPersonRange.contains(records) else {
            throw RulesSlip(name: "person", field: "person", typed: recordsPerPerson)
        }
        rules.componentRecordsMax = records
        rules.automaticAbove = nil
        if !automatic.isEmpty {
            guard let share = Percent.share(automatic), (MatchThreshold.automaticProbability...1).contains(share) else {
                throw RulesSlip(name: "automatic", field: "automatic", typed: automatic)
            }
            rules.automaticAbove = share
        }
        rules.unchanging = Set(Identifier.Kind.identifying.filter { unchanging.contains("\($0)") })
        rules.blockedWords = Set(Self.lines(blockedWords).map { Text($0) })
        rules.blockedEmailPrefixes = Self.lines(blockedPrefixes).map { Text($0) }
        if let prefix = rules.blockedEmailPrefixes.first(where: { !$0.string.contains("@") }) {
            throw RulesSlip(name: "prefix", field: "prefixes", typed: prefix.string)
        }
        rules.blockedValues = try values(replacing: inForce)
        // Reading folds the words as they are compared.
        return RulesText.rules(RulesText.text(rules)) ?? rules
    }

    // MARK: order

    private func ranks() throws(RulesSlip) -> [LinkRules.Rank] {
        var placed: [(rank: LinkRules.Rank, place: Int, move: Int)] = []
        for (index, row) in rows.enumerated() {
            guard let kind = Identifier.Kind(row.kind), !row.place.isEmpty else { continue }
            let place = try Self.place(row.place, field: "place-\(index)", kind)
            let limit = try Self.limit(row.limit, field: "limit-\(index)", kind)
            placed.append(
                (
                    LinkRules.Rank(kind: kind, recordsPerSourceMax: limit, opens: row.opens, isExclusive: row.isExclusive), place,
                    // What was moved up goes before what stands in that place, what was moved down behind it.
                    row.former == 0 ? -1 : (place - row.former).signum()
                ))
        }
        if let rank = try addedRank() { placed.append((rank.rank, rank.place, -1)) }
        let kinds = placed.map(\.rank.kind)
        if let twice = kinds.first(where: { kind in kinds.count { $0 == kind } > 1 }) {
            throw RulesSlip(name: "twice", field: "new-kind", kind: "\(twice)")
        }
        return placed.enumerated().sorted {
            ($0.element.place, $0.element.move, $0.offset) < ($1.element.place, $1.element.move, $1.offset)
        }.map(\.element.rank)
    }

    private func addedRank() throws(RulesSlip) -> (rank: LinkRules.Rank, place: Int)? {
        guard !added.kind.isEmpty || !added.with.isEmpty else { return nil }
        guard let kind = Identifier.Kind("\(added.kind)+\(added.with)") else { throw RulesSlip(name: "pair", field: "new-kind") }
        return (
            LinkRules.Rank(
                kind: kind, recordsPerSourceMax: try Self.limit(added.limit, field: "new-limit", kind), isExclusive: added.isExclusive),
            try Self.place(added.place, field: "new-place", kind)
        )
    }

    private static func place(_ text: String, field: String, _ kind: Identifier.Kind) throws(RulesSlip) -> Int {
        guard let place = Int(text), (1...placesMax).contains(place) else {
            throw RulesSlip(name: "place", field: field, typed: text, kind: "\(kind)")
        }
        return place
    }

    static let placesMax = 99

    private static func limit(_ text: String, field: String, _ kind: Identifier.Kind) throws(RulesSlip) -> Int {
        guard let limit = Int(text), LinkRules.recordsPerSourceRange.contains(limit) else {
            throw RulesSlip(name: "limit", field: field, typed: text, kind: "\(kind)")
        }
        return limit
    }

    // MARK: blocked values

    private func values(replacing inForce: LinkRules) throws(RulesSlip) -> Set<Identifier> {
        // What is blocked is read as if nothing were.
        let reading = LinkRules(
            version: 0, ranks: [], componentRecordsMax: 1, blockedWords: [], blockedEmailPrefixes: [], email: inForce.email)
        var values: Set<Identifier> = []
        for kind in Identifier.Kind.identifying {
            for line in Self.lines(blockedValues["\(kind)"] ?? "") {
                let kept = Identifier(kind: kind, value: Text(line))
                if inForce.blockedValues.contains(kept) {
                    values.insert(kept)
                } else if let read = Identifier(kind: kind, raw: Text(line), rules: reading) {
                    values.insert(read)
                } else {
                    throw RulesSlip(name: kind == .phone ? "phone" : "value", field: "blocked-\(kind)", typed: line, kind: "\(kind)")
                }
            }
        }
        return values
    }
}

/// Rules between two pages: what was tried is what is applied.
public enum RulesText {
    public static func text(_ rules: LinkRules) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(rules)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// `nil` where it is none.
    public static func rules(_ text: String) -> LinkRules? { try? JSONDecoder().decode(LinkRules.self, from: Data(text.utf8)) }
}

/// Shares as people type them, to the last digit: 0.99994 is 99.994.
enum Percent {
    static func text(_ share: Double) -> String {
        guard let decimal = Decimal(string: "\(share)", locale: posix) else { return "" }
        return "\(decimal * 100)"
    }

    /// With a point or a comma; `nil` where it is no number.
    static func share(_ text: String) -> Double? {
        let plain = text.replacing(",", with: ".")
        guard !plain.isEmpty, plain.allSatisfy({ ".0123456789".contains($0) }), plain.split(separator: ".").count <= 2,
            let decimal = Decimal(string: plain, locale: posix)
        else { return nil }
        return Double("\(decimal / 100)")
    }

    private static let posix = Locale(identifier: "en_US_POSIX")
}
