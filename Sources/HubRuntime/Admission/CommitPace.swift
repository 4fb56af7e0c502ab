/// How many changes this machine commits in a moment, so that nobody's sale waits longer than that for another site's backlog.
///
/// Commits come one after another, so whoever sells waits for the one under way. The mean is an exponentially weighted moving average over
/// the commits that are large enough to tell something.
struct CommitPace: Sendable {
    /// Smaller commits mostly measure the disk's sync.
    static let changesMeasuredMin = 50
    /// Commits and change-sets are not made smaller than this, on a machine however slow: each has a cost of its own.
    static let changesMin = 100
    /// Before anything was measured.
    static let changesAtFirst = 500
    /// What one commit weighs in the mean.
    private static let weight = 0.1

    private let millisecondsMax: Double
    private let most: Int
    private var millisecondsPerChange: Double?

    /// - Parameters:
    ///   - millisecondsMax: how long a commit may take; infinite: nothing is measured.
    ///   - most: never more changes than this, on a machine however fast.
    init(millisecondsMax: Double, most: Int) {
        self.millisecondsMax = millisecondsMax
        self.most = most
    }

    mutating func note(changes: Int, milliseconds: Double) {
        guard changes >= Self.changesMeasuredMin, milliseconds > 0 else { return }
        let measured = milliseconds / Double(changes)
        millisecondsPerChange = millisecondsPerChange.map { $0 + (measured - $0) * Self.weight } ?? measured
    }

    /// How many changes a commit holds at most, but one change-set at least.
    var changes: Int {
        guard millisecondsMax < .infinity else { return most }
        guard let millisecondsPerChange else { return min(Self.changesAtFirst, most) }
        let fitting = millisecondsMax / millisecondsPerChange
        return fitting < Double(most) ? min(most, max(Self.changesMin, Int(fitting.rounded()))) : most
    }
}
