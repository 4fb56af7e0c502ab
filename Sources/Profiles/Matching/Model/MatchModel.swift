import Foundation

/// How much each agreement and disagreement of two customer records says on whether they are one person's.
///
/// The model of Fellegi and Sunter (1969) with three classes of pairs instead of two: one person; two people of one household, who share
/// address, phone and often last name; two strangers. Plain data without personal values: a hub journals it, and a score is a pure function of two
/// records and the model.
public struct MatchModel: Hashable, Codable, Sendable {
    /// Of the comparisons and their levels: a model of another version does not fit this program.
    public static let currentVersion = 2

    public var version = Self.currentVersion
    /// How many records the model was learnt from; 0 for the built-in one.
    public var records: Int
    /// The chance that two records, drawn at random, are one person's.
    public var samePerson: Double
    /// The chance that two records, drawn at random, are two people's of one household.
    public var sameHousehold: Double
    /// In the order of `Comparison`.
    public var comparisons: [ComparisonChances]
    /// By trait's number; the parts of e-mail addresses under `emailDomains` and `emailLocals`.
    public var frequencies: [Int: TermFrequencies]

    /// The places of e-mail domains, and of what stands before the `@`, among the frequencies.
    static let emailDomains = Trait.count
    static let emailLocals = Trait.count + 1
    static let frequencyPlaces = Trait.count + 2

    /// Where the frequencies of the terms stand in which a pair agrees at a level; `nil` where they do not count.
    static func frequencyPlace(_ comparison: Comparison, level: UInt8) -> Int? {
        if comparison == .email, level == EmailLevel.sameDomain { return emailDomains }
        if comparison == .email, level == EmailLevel.sameLocal { return emailLocals }
        return comparison.kind.frequencies.map { Int($0.rawValue) }
    }

    /// The most pairs of one household per record that `standard` expects, and the least that any model does.
    static let householdPairsPerRecordMin = 0.2

    /// A model for use before anything is learnt: everyday chances, and one record in ten with a second one.
    public static func standard(records: Int) -> MatchModel {
        let others = Double(max(records, 100) - 1)
        return MatchModel(
            records: 0, samePerson: min(0.1 / others, 0.01), sameHousehold: min(2 * householdPairsPerRecordMin / others, 0.02),
            comparisons: Comparison.allCases.map(\.kind.typical), frequencies: [:])
    }
}

extension MatchModel {
    /// A model as a hub keeps it; `nil` for one of another version, for one without the comparisons and levels of this program, and for one
    /// with a number that is no chance: what it said of a pair would be none, either.
    public init?(json: [UInt8]) {
        guard let model = try? JSONDecoder().decode(MatchModel.self, from: Data(json)), model.version == Self.currentVersion,
            model.comparisons.count == Comparison.count
        else { return nil }
        for (chances, comparison) in zip(model.comparisons, Comparison.allCases) {
            let levels = comparison.kind.levels.count
            guard chances.same.count == levels, chances.different.count == levels else { return nil }
        }
        guard model.chances.allSatisfy({ (Self.leastChance...1).contains($0) }) else { return nil }
        self = model
    }

    /// Rarer than anything among all people there ever were; from here up, whatever is divided and multiplied stays a number.
    static let leastChance = 1e-30

    /// Every number that must be a chance, that of two strangers among them.
    private var chances: [Double] {
        [samePerson, sameHousehold, 1 - samePerson - sameHousehold] + comparisons.flatMap { $0.same + $0.different }
            + frequencies.values.flatMap { ($0.chances + [$0.rest]).map { Double($0) } }
    }
}
