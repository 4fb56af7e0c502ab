import Causality
import ChangeSets

/// Where an entry stands in a timeline: the newest first, then what has no credible time, then what has none.
///
/// As text it is the cursor that leads to the next page. It carries the bound of credible times of the first page, so that no
/// entry changes its place between two pages.
public struct TimelinePlace: Hashable, Sendable {
    /// How an entry's time is to be read; the higher, the later in the timeline.
    public enum Class: Int, Hashable, Sendable, CaseIterable, Comparable {
        case credible
        /// More than a day ahead of the hub's clock.
        case future
        /// Before 1980.
        case ancient
        case unknown

        public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    public var timeClass: Class
    /// Milliseconds since 1970 (UTC); 0 where it is unknown.
    public var at: Int64
    /// Of the record or write that the entry tells of: breaks ties.
    public var dot: Dot
    public var times: CredibleTimes

    public init(at: Int64?, dot: Dot, times: CredibleTimes) {
        timeClass = at.map { times.contains($0) ? .credible : $0 > times.latest ? .future : .ancient } ?? .unknown
        self.at = at ?? 0
        self.dot = dot
        self.times = times
    }

    /// The later time first; of one time the higher dot first.
    public func precedes(_ other: TimelinePlace) -> Bool {
        if timeClass != other.timeClass { return timeClass < other.timeClass }
        return at == other.at ? other.dot < dot : other.at < at
    }

    /// The times of a class, both ends included; `nil` for the unknown.
    public static func range(of timeClass: Class, _ times: CredibleTimes) -> ClosedRange<Int64>? {
        switch timeClass {
        case .credible: CredibleTimes.earliest...max(times.latest, CredibleTimes.earliest)
        case .future: (times.latest + 1)...Int64.max
        case .ancient: Int64.min...(CredibleTimes.earliest - 1)
        case .unknown: nil
        }
    }
}

extension TimelinePlace: CustomStringConvertible, LosslessStringConvertible {
    /// `bound.time.replica-counter`, where a time that is not known is empty: fit for URLs; says nothing about the person.
    public var description: String {
        "\(times.latest).\(timeClass == .unknown ? "" : String(at)).\(dot.replica)-\(dot.counter)"
    }

    public init?(_ description: String) {
        let parts = description.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let latest = Int64(parts[0]), (0..<(1 << 49)).contains(latest),
            case let name = parts[2].split(separator: "-", omittingEmptySubsequences: false), name.count == 2,
            let dot = Dot("\(name[0]):\(name[1])")
        else { return nil }
        var at: Int64?
        if !parts[1].isEmpty {
            guard let given = Int64(parts[1]) else { return nil }
            at = given
        }
        self.init(at: at, dot: dot, times: CredibleTimes(latest: latest))
    }
}
