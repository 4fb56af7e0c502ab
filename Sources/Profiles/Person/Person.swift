import Causality
import ChangeSets

/// What a profile tells beyond its golden fields, for people who look at one person: computed when asked, never stored.
public struct Person: Hashable, Sendable {
    public var stage: Stage
    public var measures: Measures
    public var consents: ConsentRegister
    /// The latest first; at most `notesMax`.
    public var notes: [Note]
    /// In the order of `IdentifierInterval.areInOrder`.
    public var intervals: [IdentifierInterval]
    /// How likely the two records of a link are one person's by all that they say (`MatchScorer`), whatever joined them; of some links, where a
    /// model has been learnt.
    public var likelihoods: [LinkedProfile.Link: Double] = [:]

    public static let notesMax = 20
    /// So many links are weighed for one person.
    public static let likelihoodsMax = 50

    public init(measures: Measures, consents: ConsentRegister, notes: [Note], intervals: [IdentifierInterval]) {
        stage = Stage(measures, consents: consents)
        self.measures = measures
        self.consents = consents
        self.notes = notes
        self.intervals = intervals.sorted(by: IdentifierInterval.areInOrder)
    }
}
