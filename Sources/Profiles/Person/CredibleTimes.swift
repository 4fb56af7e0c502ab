import Causality
import ChangeSets

/// The times at which something can have happened, as a record's own `at` tells it.
///
/// A till whose battery is flat sells in 1970, one with a mistyped year in 2200. Such a purchase counts, but it is nobody's
/// first or last one, and a timeline puts it behind what has a credible time.
public struct CredibleTimes: Hashable, Sendable {
    /// 1980-01-01: before there were tills that keep records in files.
    public static let earliest: Int64 = 315_532_800_000
    /// A day: a clock in the wrong time zone is no reason for doubt.
    public static let aheadMillisecondsMax: UInt64 = 24 * 3_600_000

    public let latest: Int64

    public init(now: Timestamp) { latest = Int64(now.advanced(byMilliseconds: Self.aheadMillisecondsMax).milliseconds) }
    init(latest: Int64) { self.latest = latest }

    /// - Parameter at: milliseconds since 1970 (UTC).
    public func contains(_ at: Int64) -> Bool { at >= Self.earliest && at <= latest }
}

/// Where something happened.
public struct Place: Hashable, Sendable {
    /// Name of the site; `nil` when the hub does not know it.
    public var site: Text?
    /// The site's kind: store, warehouse or web.
    public var channel: Text?

    public init(site: Text? = nil, channel: Text? = nil) {
        self.site = site
        self.channel = channel
    }
}
