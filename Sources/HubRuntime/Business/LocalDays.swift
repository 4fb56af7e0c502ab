/// Where days begin and end, by clocks that are put forward and back.
public struct LocalDays: Hashable, Sendable {
    /// From a moment on clocks are so far ahead of UTC; in milliseconds.
    public struct Step: Hashable, Sendable {
        public var from: Int64
        public var ahead: Int64

        public init(from: Int64, ahead: Int64) {
            self.from = from
            self.ahead = ahead
        }
    }

    public static let dayMilliseconds: Int64 = 24 * 3_600_000
    /// More than the clocks of any place are changed within two months.
    static let stepsMax = 3

    /// What the zone is called.
    public let zone: String
    /// From one to three, the earliest first; before the second one the first counts.
    public let steps: [Step]

    /// - Parameter steps: of more than three the last count; none is UTC.
    public init(zone: String, steps: [Step]) {
        self.zone = zone
        let sorted = steps.sorted { $0.from < $1.from }.suffix(Self.stepsMax)
        self.steps = sorted.isEmpty ? [Step(from: .min, ahead: 0)] : Array(sorted)
    }

    public static let utc = LocalDays(zone: "UTC", steps: [])

    private func ahead(at time: Int64) -> Int64 { (steps.last { $0.from <= time } ?? steps[0]).ahead }

    /// The day of a time in milliseconds since 1970; the first of January 1970 is day 0.
    public func day(of time: Int64) -> Int64 {
        let local = time + ahead(at: time)
        return local >= 0 ? local / Self.dayMilliseconds : (local + 1) / Self.dayMilliseconds - 1
    }

    /// When a day begins. Where its midnight was skipped, that is when the clocks were put forward.
    public func start(of day: Int64) -> Int64 {
        let midnight = day * Self.dayMilliseconds
        let starts = steps.map { midnight - $0.ahead } + steps.dropFirst().map(\.from)
        return starts.filter { self.day(of: $0) == day }.min() ?? midnight - ahead(at: midnight)
    }
}
