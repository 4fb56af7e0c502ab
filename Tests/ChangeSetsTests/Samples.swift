import Causality

@testable import ChangeSets

/// Draws the same numbers for the same seed, on every machine.
struct Draws: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    // SplitMix64 (Steele, Lea, Flood, 2014).
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
    mutating func oneIn(_ chances: Int) -> Bool { below(chances) == 0 }
    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 16) } }
}

/// Change-sets as wild as the model allows.
struct Samples {
    var draws: Draws
    private var replicas: [ReplicaID]
    private var sources: [SourceID]
    private let entities: [EntityName] = ["customer", "sale line", "sale", "unheard of", "é"]

    init(seed: UInt64) {
        draws = Draws(seed: seed)
        replicas = []
        sources = []
        for _ in 0..<4 { replicas.append(.random(using: &draws)) }
        for _ in 0..<3 { sources.append(SourceID(.random(using: &draws))) }
    }

    static func seed(_ number: UInt8) -> [UInt8] { (0..<32).map { number &+ $0 } }
    static let key = (try? SigningKey(rawBytes: (0..<32).map { UInt8($0) })) ?? SigningKey()

    mutating func changeSet(count: Int? = nil) -> ChangeSet {
        let opens = draws.oneIn(3)
        let first: UInt64 = opens ? 1 : 2 + UInt64(draws.below(1_000_000))
        let follows: Dot? = draws.oneIn(2) ? Dot(replicas[1], 77) : nil
        let opening = ChangeSet.Opening(source: sources[0], name: text(), follows: follows)
        let total = UInt32(1 + draws.below(3))
        let changes = (0..<(count ?? 1 + draws.below(60))).map { _ in change() }
        return ChangeSet(
            replica: replicas[0], first: first, previous: opens ? .zero : Digest(bytes: draws.bytes(32)) ?? .zero,
            opening: opens ? opening : nil,
            part: ChangeSet.Part(drain: draws.next() >> 20, number: 1 + UInt32(draws.below(Int(total))), total: total), changes: changes)
    }

    mutating func change() -> Change {
        let time = Timestamp(milliseconds: 1_700_000_000_000 + UInt64(draws.below(1_000_000)))
        let stock = draws.oneIn(3) ? stockEffect() : nil
        switch draws.below(8) {
        case 0: return Change(time: time, action: .delete(subject(), context()), stock: stock)
        case 1: return Change(time: time, action: .stockOnly, stock: stockEffect())
        case 2: return saleLine(time)
        default: return Change(time: time, action: .write(subject(), fields()), stock: stock)
        }
    }

    /// A line whose movement says what its own fields say.
    private mutating func saleLine(_ time: Timestamp) -> Change {
        let sku = text()
        let quantity = Int64(draws.below(9)) * 10_000 - 20_000
        let sign: Int64 = draws.oneIn(4) ? 1 : -1
        return Change(
            time: time,
            action: .write(
                Subject(entity: "sale line", key: LocalKey(.integer(Int64(draws.below(10_000))))),
                [
                    FieldWrite("sale", .reference(Reference(entity: "sale", key: LocalKey(7), life: dot()))), FieldWrite("sku", .text(sku)),
                    FieldWrite("quantity", .integer(quantity)), FieldWrite("location", "shop 1"),
                ]),
            stock: .movement(Movement(sku: sku, location: draws.oneIn(3) ? "shop 2" : "shop 1", quantity: sign * quantity, kind: .sale)))
    }

    private mutating func subject() -> Subject {
        Subject(
            entity: entities[draws.below(entities.count)], source: draws.oneIn(4) ? sources[draws.below(3)] : nil, key: key(),
            life: draws.oneIn(2) ? dot() : nil)
    }

    private mutating func fields() -> [FieldWrite] {
        let names: [FieldName] = ["name", "email", "sku", "quantity", "loc", "a field of its own", "customer"]
        return names.prefix(draws.below(names.count + 1)).map { name in
            FieldWrite(name, value(), context: context(), saw: draws.oneIn(5) ? dots() : [], isPersonal: draws.oneIn(3))
        }
    }

    mutating func value(depth: Int = 0) -> Value {
        switch draws.below(depth < 3 ? 12 : 11) {
        case 0: return .null
        case 1: return .integer([Int64.min, .max, 0, -1, 1][draws.below(5)])
        case 2: return .integer(Int64(draws.below(500)) * 10_000)
        case 3: return .real([Double.nan, .infinity, -.infinity, -0.0, 0, 1.5, .leastNonzeroMagnitude][draws.below(7)])
        case 4: return .malformedText([0xFF, 0xC0] + draws.bytes(draws.below(4)))
        case 5: return .blob(draws.bytes(draws.below(20)))
        case 6: return .text(Text(String(draws.below(3000))))
        case 11:
            return .reference(
                Reference(
                    entity: entities[draws.below(5)], source: draws.oneIn(3) ? sources[draws.below(3)] : nil, key: key(depth: depth + 1),
                    life: draws.oneIn(2) ? dot() : nil))
        default: return .text(text())
        }
    }

    private mutating func key(depth: Int = 1) -> LocalKey {
        LocalKey((0..<(draws.oneIn(4) ? draws.below(4) : 1)).map { _ in value(depth: depth) })
    }

    mutating func text() -> Text {
        let samples: [Text] = [
            "", "007", "85123A", "85123B", "é", "e\u{301}", "a\u{0}b", "\"\\\n\u{1}", "🏬", "-5", "0", "-0", "9223372036854775808", "shop 1",
        ]
        return samples[draws.below(samples.count)]
    }

    mutating func dot() -> Dot { Dot(replicas[draws.below(4)], UInt64(draws.below(1000))) }
    private mutating func dots() -> [Dot] { (0...draws.below(3)).map { _ in dot() } }

    private mutating func context() -> Context {
        switch draws.below(6) {
        case 0: .named([])
        case 1: .named(dots())
        default: .chain
        }
    }

    private mutating func clock() -> VectorClock {
        VectorClock((0..<draws.below(4)).map { (key: replicas[$0], value: UInt64(1 + draws.below(99))) })
    }

    private mutating func stockEffect() -> StockEffect {
        if draws.oneIn(4) {
            let coverage: Count.Coverage = draws.oneIn(2) ? .chain : .clocks(replaced: clock(), included: clock())
            return .count(Count(sku: text(), location: text(), quantity: Int64(draws.below(100)), coverage: coverage))
        }
        return .movement(
            Movement(
                sku: text(), location: text(), quantity: Int64(draws.below(100)) - 50, kind: Movement.Kind.allCases[draws.below(8)],
                note: draws.oneIn(3) ? text() : nil, counterpart: draws.oneIn(3) ? text() : nil,
                expires: draws.oneIn(3) ? Timestamp(milliseconds: UInt64(draws.below(1_000_000))) : nil))
    }
}
