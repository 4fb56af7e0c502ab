import Causality
import ChangeSets
import HubTestSupport
import Testing

@testable import HubRuntime

@Suite("Names of writers that nobody knows do not fill the hub")
struct StrangerBoundTests {
    private static func stranger(_ number: Int) -> ReplicaID { ReplicaID(high: 77, low: UInt64(number)) }

    /// A new customer whose city was written after seeing values of these replicas.
    private func saw(_ numbers: Range<Int>, key: Int64, at time: Timestamp) -> Change {
        let subject = Subject(entity: "customer", key: LocalKey(.integer(key)), life: nil)
        let dots = numbers.map { Dot(Self.stranger($0), 1) }
        return Change(time: time, action: .write(subject, [FieldWrite("city", "York", saw: dots, isPersonal: true)]))
    }

    private func aside(_ shop: Shop) async throws -> [String?] {
        try await shop.bench.hub.conflicts(ConflictFilter(kind: .quarantine), now: shop.bench.now).map(\.about.code)
    }

    private func known(_ shop: Shop) async throws -> Int {
        try await shop.bench.store.read { try $0.replicas().filter { $0.source == nil }.count }
    }

    @Test(
        "A set names so many at most, over all its changes; what names more is set aside alone, and a name counts once", arguments: [0, 1])
    func ofSet(more: Int) async throws {
        var shop = try await Shop()
        let half = Strangers.perSetMax / 2
        try await shop.tell([
            saw(0..<half, key: 1, at: shop.bench.now), saw(half..<(2 * half + more), key: 2, at: shop.bench.now),
            saw(0..<half, key: 3, at: shop.bench.now), Make.sale(1, customer: nil, at: shop.bench.now),
        ])
        #expect(try await aside(shop) == (more == 0 ? [] : [Judgement.strangersNamed]))
        #expect(try await known(shop) == (more == 0 ? 2 * half : half))
        #expect(try await shop.bench.hub.verify().isEqual)
    }

    @Test("A reference to a record of a writer that nobody knows is such a name, too")
    func references() async throws {
        var shop = try await Shop()
        let life = Dot(Self.stranger(Strangers.perSetMax), 1)
        try await shop.tell([
            saw(0..<Strangers.perSetMax, key: 1, at: shop.bench.now),
            Make.sale(1, customer: Make.reference("customer", 9, life: life), at: shop.bench.now),
        ])
        #expect(try await aside(shop) == [Judgement.strangersNamed])
    }

    @Test(
        "All sets together name so many; then one more is set aside, what names known ones is not, and who writes is no stranger any more")
    func ofAll() async throws {
        var shop = try await Shop()
        let count = Strangers.perSetMax
        for set in 0..<(Strangers.totalMax / count) {
            try await shop.tell([saw(set * count..<(set + 1) * count, key: Int64(set), at: shop.bench.now)])
        }
        #expect(try await aside(shop) == [])
        try await shop.tell([
            saw(Strangers.totalMax..<Strangers.totalMax + 1, key: 1_000, at: shop.bench.now),
            saw(0..<count, key: 1_001, at: shop.bench.now),
        ])
        #expect(try await aside(shop) == [Judgement.strangersNamed])
        #expect(try await known(shop) == Strangers.totalMax)
        // A restart counts the same.
        try await shop.bench.restart()
        try await shop.tell([saw(Strangers.totalMax..<Strangers.totalMax + 1, key: 1_002, at: shop.bench.now)])
        #expect(try await aside(shop).count == 2)
    }

    @Test("A replica that was named before it came opens as any other, and makes room")
    func opens() async throws {
        var shop = try await Shop()
        var other = TestWriter("other", seed: 2, key: shop.agent.key)
        let subject = Subject(entity: "customer", key: LocalKey(.integer(1)), life: nil)
        try await shop.tell([
            Change(time: shop.bench.now, action: .write(subject, [FieldWrite("city", "York", saw: [other.nextDot], isPersonal: true)]))
        ])
        #expect(try await known(shop) == 1)
        try await shop.bench.push([try other.seal([Make.customer(1, name: "Ann", at: shop.bench.now)])], from: shop.agent)
        #expect(try await known(shop) == 0)
        #expect(try await aside(shop) == [])
    }

    @Test("A hub knows so many replicas; a new one is refused then, not for good, and those that are known go on", arguments: [0, 1])
    func replicas(more: Int) async throws {
        var options = Hub.Options()
        options.replicasMax = 3
        let bench = try await TestHub(options: options)
        let agent = try await bench.enrol("shop-1")
        var writers = (0..<3 + more).map { TestWriter(Text("till-\($0)"), seed: UInt64($0), key: agent.key) }
        var codes: [String] = []
        for index in writers.indices {
            let answer = try await bench.push([try writers[index].seal([Make.sale(1, customer: nil, at: bench.now)])], from: agent)
            if case .refusal(let refusal) = answer {
                #expect(!refusal.isFinal && refusal.message.contains("3"))
                codes.append(refusal.code)
            }
        }
        #expect(codes == (more == 0 ? [] : ["replicas-too-many"]))
        guard case .receipt = try await bench.push([try writers[0].seal([Make.sale(2, customer: nil, at: bench.now)])], from: agent) else {
            Issue.record("A known replica was refused.")
            return
        }
    }

    @Test("The bounds lie well below what a record number has room for")
    func room() {
        let most = ReplicaNumber(Strangers.replicasMax + Strangers.totalMax)
        #expect(RecordNumber(replica: most, counter: RecordNumber.counterMax).replica == most)
        // From 2²³ on they would be negative, and from 2²⁴ on repeat.
        #expect(RecordNumber(replica: 1 << 24, counter: 1) == RecordNumber(replica: 0, counter: 1))
    }
}
