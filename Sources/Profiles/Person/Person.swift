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

    public static let notesMax = 20

    public init(measures: Measures, consents: ConsentRegister, notes: [Note], intervals: [IdentifierInterval]) {
        stage = Stage(measures, consents: consents)
        self.measures = measures
        self.consents = consents
        self.notes = notes
        self.intervals = intervals.sorted(by: IdentifierInterval.areInOrder)
    }
}
