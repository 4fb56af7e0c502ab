import Causality
import ChangeSets
import Foundation
import HubStoreSQLite
import HubTestSupport
import Merging
import Profiles
import TestSupport
import Testing

@testable import HubRuntime

/// Measures identity at size; asked for by name:
/// `TRIBUTARY_IDENTITY=1000000 swift test -c release -Xswiftc -enable-testing --filter IdentitySpeedTests`.
@Suite("Identity at size", .enabled(if: ProcessInfo.processInfo.environment["TRIBUTARY_IDENTITY"] != nil))
struct IdentitySpeedTests {
    private static let sites = 50
    private let firsts = (0..<1_500).map { "First\($0)" }
    private let lasts = (0..<20_000).map { "Last\($0)" }

    /// One of about 0.6 million people, as one of 50 sites may have written them down.
    private func customer(_ person: Int, _ random: inout SeededGenerator) -> [(FieldName, Value)] {
        var fields: [(FieldName, Value)] = [
            ("first name", .text(Text(firsts[person % firsts.count]))), ("last name", .text(Text(lasts[person * 7919 % lasts.count]))),
        ]
        if random.chance(70) { fields.append(("email", .text(Text("Person.\(person)@shop\(person % 100).example.net")))) }
        if random.chance(60) { fields.append(("phone", .text(Text("020 \(7_000_0000 + person % 10_000_000)")))) }
        if random.chance(20) { fields.append(("loyalty id", .text(Text("CARD-\(person)")))) }
        return fields
    }

    /// Links one more record, without what its push needs besides (its set, its record, the commit), and lets the transaction go.
    private func linkingAlone(_ fields: [(FieldName, Value)], place: Int, _ bench: TestHub) throws -> Duration {
        struct Undone: Error {}
        var taken = Duration.zero
        do {
            try bench.store.writeNow { store in
                let standing = try Standing(reading: store)
                let writers = standing.replicas.filter { $0.source.flatMap { standing.source($0) }?.isHub == false }
                let (writer, key) = (writers[place % writers.count], Int64(writers[place % writers.count].last) + 1)
                let source = try #require(writer.source.flatMap { standing.source($0) })
                let batch = Batch(
                    store: store, standing: standing, sites: try store.sites(), received: bench.now, bound: bench.hub.options.clockBound)
                let life = Dot(writer.id, UInt64(key))
                let number = RecordNumber(replica: writer.number, counter: life.counter)
                batch.begin(
                    number, RecordID(entity: "customer", source: source.id, key: LocalKey(.integer(key)), life: life), source: source.number
                )
                try batch.admit(
                    Make.write("customer", key, fields, at: bench.now), precedence: Precedence(isInBound: true, time: bench.now, dot: life),
                    source: source.id, into: number)
                let record = try #require(try batch.record(number))
                let start = ContinuousClock.now
                try batch.customers.touch(number, record)
                try batch.customers.flush()
                taken = ContinuousClock.now - start
                throw Undone()
            }
        } catch is Undone {}
        return taken
    }

    @Test("Records of 50 sites: taken in, linked anew from nothing, one more linked, looked up")
    func size() async throws {
        let wanted = Int(ProcessInfo.processInfo.environment["TRIBUTARY_IDENTITY"] ?? "") ?? 100_000
        let folder = try TemporaryFolder()
        let bench = try await TestHub(store: SQLiteHubStore(path: folder.path + "/hub.db"))
        var random = SeededGenerator(seed: 4)
        let clock = ContinuousClock()
        var writers: [(TestAgent, TestWriter)] = []
        var taken = Duration.zero
        for site in 0..<Self.sites {
            let agent = try await bench.enrol("shop-\(site)", region: "GB")
            var till = TestWriter("till", seed: UInt64(site + 1), key: agent.key)
            var rest = wanted / Self.sites
            while rest > 0 {
                let number = min(rest, 5_000)
                let first = Int64(till.nextDot.counter)
                let changes = (0..<number).map {
                    Make.write(
                        "customer", first + Int64($0), customer(.random(in: 0..<(wanted * 6 / 10), using: &random), &random), at: bench.now)
                }
                let set = try till.seal(changes)
                let start = clock.now
                try await bench.push([set], from: agent)
                taken += clock.now - start
                rest -= number
            }
            writers.append((agent, till))
        }
        let status = try await bench.hub.status(now: bench.now)
        print("\(status.records) records, \(status.profiles) profiles, taken in and linked as they came in \(taken)")

        var one: [Duration] = []
        for number in 0..<501 {
            let site = number % Self.sites
            let key = Int64(writers[site].1.nextDot.counter)
            let fields = customer(.random(in: 0..<(wanted * 6 / 10), using: &random), &random)
            let set = try writers[site].1.seal([Make.write("customer", key, fields, at: bench.now)])
            let start = clock.now
            try await bench.push([set], from: writers[site].0)
            one.append(clock.now - start)
        }
        print("one more record, from its push to the receipt (commit on disk included): median \(one.sorted()[one.count / 2])")

        var alone = try (0..<1_001).map { place in
            try linkingAlone(customer(.random(in: 0..<(wanted * 6 / 10), using: &random), &random), place: place, bench)
        }
        alone.sort()
        print("one more record, its linking alone: median \(alone[500]), 99 of 100 within \(alone[990])")

        for (label, search) in [
            ("e-mail", { ProfileSearch.email("PERSON.\($0)@shop\($0 % 100).example.net") }),
            ("phone", { .phone("020 \(7_000_0000 + $0 % 10_000_000)") }), ("id", { .id("CARD-\($0)") }),
            ("name prefix", { .name("last\($0 % 20_000) fi") }),
        ] as [(String, (Int) -> ProfileSearch)] {
            var times: [Duration] = []
            for _ in 0..<101 {
                let search = search(.random(in: 0..<(wanted * 6 / 10), using: &random))
                let start = clock.now
                _ = try await bench.hub.profiles(search, now: bench.now)
                times.append(clock.now - start)
            }
            times.sort()
            print("look-up by \(label): median \(times[50]), slowest of 101 \(times[100])")
        }
        var start = clock.now
        let trial = try await bench.hub.tryIdentity(.standard, now: bench.now)
        print("trying rules on all: \(clock.now - start), \(trial.profilesThen) profiles")
        for label in ["the same", "without e-mail", "with e-mail again"] {
            var rules = bench.hub.linkRules
            rules.ranks = LinkRules.standard.ranks.filter { label != "without e-mail" || $0.kind != .email }
            start = clock.now
            _ = try await bench.hub.setIdentity(IdentityQuestion(rules: rules, author: "bench"), now: bench.now)
            print("setting rules, \(label): everybody read and linked anew in \(clock.now - start)")
        }
        let memory = try String(contentsOfFile: "/proc/self/status", encoding: .utf8).split(separator: "\n").filter {
            $0.hasPrefix("VmHWM")
        }
        print("memory at most: \(memory.joined())")
    }
}
