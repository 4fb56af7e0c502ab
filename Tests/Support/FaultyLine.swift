/// Decides, by seed, what becomes of each request on a bad line.
///
/// Percentages are per message. A request may be lost, delivered once or twice; its answer may be lost
/// after the hub has committed, which is the case that doubles sales in lesser systems.
public struct FaultyLine: Sendable {
    public enum Fate: Hashable, Sendable {
        case requestLost
        case answerLost
        /// Delivered twice, as libcurl or a proxy does; the second answer counts.
        case doubled
        case delivered
    }

    public var lossPercent: Int
    public var lostAnswerPercent: Int
    public var doublingPercent: Int
    public var isCut = false
    /// Requests arrive, and no answer comes back, as where a firewall forgets one direction.
    public var isOneWay = false
    /// Answers that come long after they were given up.
    public var latePercent = 0
    /// Requests that arrive a second time long after they were answered.
    public var repeatPercent = 0

    /// - Parameter lostAnswerPercent: as many as requests where nothing is said.
    public init(lossPercent: Int, doublingPercent: Int, lostAnswerPercent: Int? = nil) {
        self.lossPercent = lossPercent
        self.lostAnswerPercent = lostAnswerPercent ?? lossPercent
        self.doublingPercent = doublingPercent
    }

    public static let sound = FaultyLine(lossPercent: 0, doublingPercent: 0)

    public func fate(using generator: inout some RandomNumberGenerator) -> Fate {
        if isCut { return .requestLost }
        if isOneWay { return .answerLost }
        func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
        if chance(lossPercent) { return .requestLost }
        if chance(lostAnswerPercent) { return .answerLost }
        return chance(doublingPercent) ? .doubled : .delivered
    }
}
