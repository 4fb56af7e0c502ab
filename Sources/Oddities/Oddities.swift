import Synchronization

/// Which oddities one simulated history knows, and when they happen: all from its seed.
///
/// As there, each is on in a quarter of the histories, and then happens in 5 to 25 of a hundred cases. Each has a stream of its own, so
/// that what one part of the code asks does not move what another is told.
public final class Oddities: Sendable {
    @TaskLocal public static var present: Oddities?

    private struct Stream {
        var percent: UInt64
        var state: UInt64
        var count = 0
    }

    private let streams: Mutex<[Oddity: Stream]>

    /// - Parameter only: those that may be on; the seed draws from them.
    public init(seed: UInt64, only: Set<Oddity> = Set(Oddity.allCases)) {
        var streams: [Oddity: Stream] = [:]
        for (place, oddity) in Oddity.allCases.enumerated() where only.contains(oddity) {
            var state = Self.mixed(seed ^ Self.mixed(UInt64(place) &+ 1))
            guard Self.next(&state) % 4 == 0 else { continue }
            streams[oddity] = Stream(percent: 5 + Self.next(&state) % 21, state: state)
        }
        self.streams = Mutex(streams)
    }

    func happens(_ oddity: Oddity) -> Bool {
        streams.withLock { streams in
            guard var stream = streams[oddity] else { return false }
            let isHit = Self.next(&stream.state) % 100 < stream.percent
            if isHit { stream.count += 1 }
            streams[oddity] = stream
            return isHit
        }
    }

    /// How often each happened.
    public var counts: [Oddity: Int] {
        streams.withLock { $0.mapValues(\.count).filter { $0.value > 0 } }
    }

    /// SplitMix64 (G. Steele and others, "Fast Splittable Pseudorandom Number Generators", 2014).
    private static func next(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return mixed(state)
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

// Compiled into debug builds, and into those that are made for simulations: elsewhere `happens` is a constant that the optimiser sees.
#if DEBUG || TRIBUTARY_SIMULATION
    extension Oddity {
        public var happens: Bool { Oddities.present?.happens(self) ?? false }
    }
#else
    extension Oddity {
        @inlinable
        public var happens: Bool { false }
    }
#endif

extension Oddity {
    /// What is taken at a time: `few` when it happens, else `usual`.
    @inlinable
    public func less(_ usual: Int, to few: Int = 1) -> Int { happens ? min(few, usual) : usual }
}
