import Crypto

/// What one site's view holds, summed up so that two sides can see whether they hold the same.
///
/// Of each topic the entries fall into ranges of the line's numbers; a range is told by how many entries it has and by
/// the sum of their sums. Ranges of numbers, not of keys, because an entry's number is where the feed has it: a range that
/// differs is asked for again by its numbers, and nothing else.
public struct ViewDigest: Hashable, Sendable {
    /// Ascending; those of the site's scope.
    public var topics: [TopicDigest]

    public init(topics: [TopicDigest]) { self.topics = topics }

    public subscript(topic: Topic) -> TopicDigest? { topics.first { $0.topic == topic } }

    /// The same with one range for each topic.
    public var whole: ViewDigest {
        ViewDigest(topics: topics.map { TopicDigest(topic: $0.topic, ranges: [$0.whole]) })
    }

    /// An entry's part of its range's sum: the first 8 bytes of SHA-256(topic ‖ number as 8 bytes ‖ key).
    ///
    /// Sums of 64 bits do not depend on the order of the entries, and one that is missing, too many or of another number
    /// changes them but for one case in 2⁶⁴. That is against accidents. It is no proof against somebody who chooses keys and
    /// numbers so that sums fit, and need not be one: the feed itself is signed.
    public static func sum(_ topic: Topic, number: UInt64, key: some Sequence<UInt8>) -> UInt64 {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(96)
        bytes.append(topic.rawValue)
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift))) }
        bytes.append(contentsOf: key)
        return leading(SHA256.hash(data: bytes))
    }

    /// The first 8 bytes of SHA-256 of something, most significant first.
    static func leading(_ hash: SHA256.Digest) -> UInt64 {
        hash.withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) }
    }
}

public struct TopicDigest: Hashable, Sendable {
    public var topic: Topic
    /// Ascending, at least one: each begins after the one before it. The last one has no end.
    public var ranges: [RangeDigest]

    public init(topic: Topic, ranges: [RangeDigest]) {
        self.topic = topic
        self.ranges = ranges
    }

    public var whole: RangeDigest {
        ranges.reduce(into: RangeDigest(through: ranges.last?.through ?? 0)) {
            $0.entries += $1.entries
            $0.sum &+= $1.sum
        }
    }

    /// The index of the range that a number falls into.
    public func range(of number: UInt64) -> Int {
        var (low, high) = (0, ranges.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].through < number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The numbers that a range stands for.
    public func interval(_ index: Int) -> FeedInterval {
        FeedInterval(
            topic: topic, after: index == 0 ? 0 : ranges[index - 1].through,
            through: index == ranges.count - 1 ? FeedInterval.numberMax : ranges[index].through)
    }
}

public struct RangeDigest: Hashable, Sendable {
    /// The last number of the line that belongs to it.
    public var through: UInt64
    public var entries: UInt64
    /// Modulo 2⁶⁴.
    public var sum: UInt64

    public init(through: UInt64, entries: UInt64 = 0, sum: UInt64 = 0) {
        self.through = through
        self.entries = entries
        self.sum = sum
    }

    public mutating func add(_ entry: UInt64) {
        entries += 1
        sum &+= entry
    }

    public func isEqual(to other: RangeDigest) -> Bool { entries == other.entries && sum == other.sum }
}

/// Entries of one topic by their numbers: above `after`, up to and with `through`.
public struct FeedInterval: Hashable, Sendable, Codable {
    public var topic: Topic
    public var after: UInt64
    public var through: UInt64

    /// No number of the line is above it.
    public static let numberMax: UInt64 = (1 << 53) - 1

    public init(topic: Topic, after: UInt64, through: UInt64) {
        self.topic = topic
        self.after = after
        self.through = through
    }

    public func contains(_ number: UInt64) -> Bool { number > after && number <= through }

    /// The same numbers in as few intervals, ascending.
    public static func merged(_ intervals: [FeedInterval]) -> [FeedInterval] {
        let ordered = intervals.sorted { ($0.topic.rawValue, $0.after, $0.through) < ($1.topic.rawValue, $1.after, $1.through) }
        return ordered.reduce(into: []) { merged, next in
            guard let last = merged.last, last.topic == next.topic, next.after <= last.through else { return merged.append(next) }
            merged[merged.count - 1].through = max(last.through, next.through)
        }
    }
}

extension ByteWriter {
    mutating func viewDigest(_ value: ViewDigest) {
        varint(value.topics.count)
        for topic in value.topics {
            byte(topic.topic.rawValue)
            varint(topic.ranges.count)
            for range in topic.ranges {
                varint(range.through)
                varint(range.entries)
                fixed64(range.sum)
            }
        }
    }
}

extension ByteReader {
    /// Topics ascend, each with 1 to `Limits.digestRangesMax` ranges that ascend.
    mutating func viewDigest() throws -> ViewDigest {
        var topics: [TopicDigest] = []
        for _ in 0..<(try count(atMost: Topic.allCases.count, "topics of a digest")) {
            let code = try byte()
            guard let topic = Topic(rawValue: code) else { throw tooNew("the topic \(code)") }
            guard topics.last.map({ $0.topic.rawValue < code }) ?? true else { throw damaged("the digest's topics do not ascend") }
            topics.append(TopicDigest(topic: topic, ranges: try digestRanges()))
        }
        return ViewDigest(topics: topics)
    }

    private mutating func digestRanges() throws -> [RangeDigest] {
        var ranges: [RangeDigest] = []
        for _ in 0..<(try count(atMost: Limits.digestRangesMax, "ranges of a digest")) {
            let range = RangeDigest(through: try varint(), entries: try varint(), sum: try fixed64())
            guard ranges.last.map({ $0.through < range.through }) ?? true else { throw damaged("the digest's ranges do not ascend") }
            ranges.append(range)
        }
        guard !ranges.isEmpty else { throw damaged("a topic of the digest has no range") }
        return ranges
    }
}
