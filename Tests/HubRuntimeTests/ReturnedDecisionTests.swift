import Causality
import ChangeSets
import HubStoreSQLite
import HubTestSupport
import TestSupport
import Testing

@testable import HubRuntime

/// A morning of decisions after a hub's backup, and the hub that is put back from that.
private struct Morning {
    let folder: TemporaryFolder
    let bench: TestHub
    let web: TestAgent
    let depot: TestAgent
    let order: Dot
    /// What the sites sent after the backup, where that was made before they wrote in two ways.
    let later: [(set: EncodedChangeSet, agent: TestAgent)]

    /// - Parameter hasAll: the backup holds what is decided about.
    init(hasAll: Bool = true) async throws {
        folder = try TemporaryFolder()
        bench = try await TestHub()
        web = try await bench.enrol("web", kind: .web)
        depot = try await bench.enrol("depot", kind: .warehouse)
        var shop = TestWriter("shop", seed: 1, key: web.key)
        var store = TestWriter("wms", seed: 2, key: depot.key)
        order = shop.nextDot
        try await bench.push([try shop.seal([Make.write("order", 1, [("number", "O1"), ("currency", "GBP")], at: bench.now)])], from: web)
        if !hasAll { try await bench.hub.backUp(to: folder.file("backup.db")) }
        let shipped = Make.write(
            "order", 1, [("currency", "EUR")], life: order, source: shop.source, at: bench.now, context: .named([order]))
        let sold = Make.write("order", 1, [("currency", "USD")], life: order, at: bench.now, context: .named([order]))
        later = [(try store.seal([shipped]), depot), (try shop.seal([sold]), web)]
        for (set, agent) in later { try await bench.push([set], from: agent) }
        if hasAll { try await bench.hub.backUp(to: folder.file("backup.db")) }
    }

    /// The only conflict is decided for one site.
    @discardableResult
    func decide(for site: String = "depot") async throws -> DecisionAnswer {
        let conflict = try #require(try await bench.hub.conflicts(now: bench.now).first)
        return try await bench.hub.resolve(
            conflict.id, Resolution(.take, side: site, seen: conflict.seen, author: "ann", note: "asked"), now: bench.now)
    }

    /// What an agent keeps, from the first page that it gets.
    func kept(at hub: TestHub? = nil) async throws -> KeptDecisions {
        let hub = hub ?? bench
        guard case .page(let page) = try await hub.hub.pull(PullRequest(keepsDecisions: true), agent: web.record, now: hub.now) else {
            throw HubError(.notFound, "No page.", remedy: "")
        }
        return try #require(page.kept)
    }

    func restored() async throws -> TestHub {
        try SQLiteHubStore.restore(backup: folder.file("backup.db"), to: folder.file("hub.db"))
        return try await TestHub(store: SQLiteHubStore(path: folder.file("hub.db"), durability: .none))
    }

    func values(at hub: TestHub) async throws -> Set<ValueAnswer> {
        let record = try #require(try await hub.hub.explain(record: order, now: hub.now))
        return Set(try #require(record.fields.first { $0.name == "currency" }).writes.map(\.value))
    }
}

extension TestHub {
    fileprivate func takeBack(_ sealed: [[UInt8]], from agent: TestAgent) async throws -> Answer {
        try await hub.takeBack(sealed, agent: agent.record, agentTime: now, now: now)
    }

    fileprivate func warnings() async throws -> [String] {
        try await hub.status(now: now).warnings.filter { $0.contains("kept for the hub") }
    }
}

@Suite("Decisions that come back to a restored hub")
struct ReturnedDecisionTests {
    @Test("S24: what was decided after the backup comes back with one agent, under its old dot and once, whoever else brings it")
    func comesBack() async throws {
        let morning = try await Morning()
        let decided = try await morning.decide()
        let kept = try await morning.kept()
        let generation = morning.bench.hub.generation.id
        #expect(kept.keepUntil == 3 && kept.decisions.map(\.number) == [4])
        #expect(kept.decisions.map(\.first) == [Dot(generation, 1)] && decided.id == Dot(generation, 2).description)

        let hub = try await morning.restored()
        #expect(try await morning.values(at: hub) == [.text("EUR"), .text("USD")])
        for agent in [morning.web, morning.depot] {
            guard case .receipt(let receipt) = try await hub.takeBack(kept.decisions.map(\.sealed), from: agent) else {
                return #expect(Bool(false), "no receipt")
            }
            #expect(receipt.replica == generation && receipt.last == 2 && receipt.position.number == 4)
        }
        #expect(try await hub.hub.conflicts(now: hub.now).isEmpty)
        #expect(try await morning.values(at: hub) == [.text("EUR")])
        #expect(try await hub.hub.decisions(now: hub.now) == [decided])
        #expect(hub.hub.head.number == 4)
        // It is given to be kept again, as it was, and can be taken back.
        #expect(try await morning.kept(at: hub).decisions == kept.decisions)
        _ = try await hub.hub.undo(decided.id, author: "bob", note: nil, now: hub.now)
        #expect(try await morning.values(at: hub) == [.text("EUR"), .text("USD")])
        #expect(try await hub.hub.verify().isEqual)
    }

    @Test("S24, S4: a decision on changes that the hub lacks, too, waits for them")
    func waitsForChanges() async throws {
        let morning = try await Morning(hasAll: false)
        let decided = try await morning.decide()
        let hub = try await morning.restored()
        guard case .receipt = try await hub.takeBack(try await morning.kept().decisions.map(\.sealed), from: morning.web) else {
            return #expect(Bool(false), "no receipt")
        }
        #expect(try await hub.hub.status(now: hub.now).waiting == 1)
        #expect(try await morning.values(at: hub) == [.text("GBP")])
        for (set, agent) in morning.later { try await hub.push([set], from: agent) }
        #expect(try await hub.hub.status(now: hub.now).waiting == 0)
        #expect(try await hub.hub.conflicts(now: hub.now).isEmpty)
        #expect(try await morning.values(at: hub) == [.text("EUR")])
        #expect(try await hub.hub.decisions(now: hub.now) == [decided])
        #expect(try await hub.hub.verify().isEqual)
    }

    @Test(
        "S24: a change that was discarded after the backup is discarded again, whichever of the two comes first", arguments: [true, false])
    func discards(decisionFirst: Bool) async throws {
        let folder = try TemporaryFolder()
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        try await bench.hub.backUp(to: folder.file("backup.db"))
        var till = TestWriter("till", seed: 1, key: shop.key)
        let life = till.nextDot
        let sales = try till.seal([
            Make.sale(1, customer: nil, at: bench.now), Make.write("sale", 1, [("total", "seven")], life: life, at: bench.now),
            Make.write("sale", 1, [("number", "behind")], life: life, at: bench.now),
        ])
        try await bench.push([sales], from: shop)
        let conflict = try #require(try await bench.hub.conflicts(now: bench.now).first)
        let decided = try await bench.hub.resolve(conflict.id, Resolution(.discard, author: "ann"), now: bench.now)
        let request = PullRequest(keepsDecisions: true)
        guard case .page(let page) = try await bench.hub.pull(request, agent: shop.record, now: bench.now) else {
            return #expect(Bool(false), "no page")
        }
        let sealed = try #require(page.kept).decisions.map(\.sealed)

        try SQLiteHubStore.restore(backup: folder.file("backup.db"), to: folder.file("hub.db"))
        let hub = try await TestHub(store: SQLiteHubStore(path: folder.file("hub.db"), durability: .none))
        if decisionFirst {
            _ = try await hub.takeBack(sealed, from: shop)
            #expect(try await hub.hub.status(now: hub.now).waiting == 1)
            #expect(try await hub.hub.decisions(now: hub.now).isEmpty)
        }
        try await hub.push([sales], from: shop)
        if !decisionFirst { _ = try await hub.takeBack(sealed, from: shop) }
        #expect(try await hub.hub.conflicts(now: hub.now).isEmpty)
        #expect(try await hub.hub.decisions(now: hub.now) == [decided])
        let status = try await hub.hub.status(now: hub.now)
        #expect(status.waiting == 0 && status.quarantined == 0)
        let record = try #require(try await hub.hub.explain(record: life, now: hub.now))
        #expect(record.fields.first { $0.name == "number" }?.writes.map(\.value) == [.text("behind")])
        #expect(try await hub.hub.verify().isEqual)
    }

    @Test("S24: what was altered, forged or made by another hub decides nothing: it is refused, and the hub says which site brought it")
    func forged() async throws {
        let morning = try await Morning()
        try await morning.decide()
        let sealed = try #require(try await morning.kept().decisions.first).sealed
        let hub = try await morning.restored()
        let other = try await Morning()
        try await other.decide()
        let stranger = try #require(try await other.kept().decisions.first).sealed
        var writer = TestWriter("hub", seed: 3, source: SourceID(hub.hub.id), key: morning.web.key)
        let own = try writer.seal([Make.write("decision", 1, [("choice", "collect"), ("conflict", "collect:1")], at: hub.now)]).bytes
        let altered = [0, 20, sealed.count - 1].map { place in
            var bytes = sealed
            bytes[place] ^= 1
            return bytes
        }
        for bytes in altered + [stranger, own, [], Array(sealed.dropLast())] {
            guard case .refusal(let refusal) = try await hub.takeBack([bytes], from: morning.web) else {
                return #expect(Bool(false), "taken")
            }
            #expect(refusal.code == "decision-not-ours" && refusal.isFinal && refusal.standing.last == 0)
            #expect(try await hub.warnings().count == 1)
        }
        // Even in the hub's own seal it would need the hub's own signature.
        let inSeal = try DecisionSeal(hub.hub.signingKey).sealed(own)
        guard case .refusal(let refusal) = try await hub.takeBack([inSeal], from: morning.web) else { return #expect(Bool(false), "taken") }
        #expect(refusal.code == ChangeSetError.Code.badSignature.rawValue)
        #expect(try await hub.warnings().first?.contains("web") == true)
        #expect(try await hub.hub.decisions(now: hub.now).isEmpty && hub.hub.head.number == 3)
        guard case .receipt = try await hub.takeBack([sealed], from: morning.web) else { return #expect(Bool(false), "no receipt") }
        // That one came does not say that what was altered is here; the agent never brings it again.
        #expect(try await hub.warnings().count == 2)
        try await hub.hub.revoke(site: "web")
        #expect(try await hub.warnings().isEmpty)
    }

    @Test("S24: that a decision was refused is said until it came from another site; what comes of those before it changes nothing")
    func refusedIsSaid() async throws {
        let morning = try await Morning()
        let decided = try await morning.decide()
        _ = try await morning.bench.hub.undo(decided.id, author: "bob", note: nil, now: morning.bench.now)
        let sealed = try await morning.kept().decisions.map(\.sealed)
        let hub = try await morning.restored()
        guard case .refusal(let refusal) = try await hub.takeBack([sealed[0], Array(sealed[1].dropLast())], from: morning.web) else {
            return #expect(Bool(false), "taken")
        }
        #expect(refusal.standing.replica == morning.bench.hub.generation.id && refusal.standing.last == 2)
        for agent in [morning.web, morning.depot] {
            guard case .receipt = try await hub.takeBack([sealed[0]], from: agent) else { return #expect(Bool(false), "no receipt") }
            #expect(try await hub.warnings().count == 1)
        }
        guard case .receipt = try await hub.takeBack([sealed[1]], from: morning.depot) else { return #expect(Bool(false), "no receipt") }
        #expect(try await hub.warnings().isEmpty)
    }

    @Test("S23, S24: a resumed snapshot takes its present start's decisions back only when it has been started anew, and says so")
    func ofThisStart() async throws {
        let morning = try await Morning()
        let hub = morning.bench
        let key = hub.hub.signingKey
        // What it decided and has forgotten: under its present generation, and on no line that it knows.
        let collection = Decision(.collect, conflict: "collect:2", message: "", fingerprint: "0", author: "ann", note: nil)
        let set = ChangeSet(
            replica: hub.hub.generation.id, first: 1, previous: .zero,
            opening: ChangeSet.Opening(source: SourceID(hub.hub.id), name: "hub", follows: nil),
            part: .whole(drain: 1), changes: [collection.change(counter: 1, time: hub.now)])
        let bytes = try ChangeSetCodec.encode(set, seed: Array(repeating: 7, count: ChangeSetCodec.seedByteCount), key: key).bytes
        let sealed = try DecisionSeal(key).sealed(bytes)
        guard case .refusal(let refusal) = try await hub.takeBack([sealed], from: morning.web) else {
            return #expect(Bool(false), "taken")
        }
        #expect(refusal.code == "decision-of-this-start" && !refusal.isFinal && refusal.standing.last == 0)
        #expect(try await hub.warnings().first?.contains("Start it again") == true)
        try await hub.restart()
        for agent in [morning.web, morning.depot] {
            guard case .receipt(let receipt) = try await hub.takeBack([sealed], from: agent) else {
                return #expect(Bool(false), "no receipt")
            }
            #expect(receipt.last == 1)
        }
        #expect(try await hub.warnings().isEmpty)
        #expect(try await hub.hub.reading(hub.now) { $0.standing.floor } == 0)
        #expect(try await hub.hub.verify().isEqual)
    }

    @Test("S24: of one generation they are taken in order; what has a gap before it waits at the agent, and the hub says so")
    func gap() async throws {
        let morning = try await Morning()
        let decided = try await morning.decide()
        let undone = try await morning.bench.hub.undo(decided.id, author: "bob", note: nil, now: morning.bench.now)
        let sealed = try await morning.kept().decisions.map(\.sealed)
        #expect(sealed.count == 2)
        let hub = try await morning.restored()
        guard case .gap(let receipt) = try await hub.takeBack([sealed[1]], from: morning.web) else { return #expect(Bool(false), "no gap") }
        #expect(receipt.last == 0 && receipt.replica == morning.bench.hub.generation.id)
        #expect(try await hub.warnings().count == 1)
        guard case .receipt = try await hub.takeBack(sealed, from: morning.depot) else { return #expect(Bool(false), "no receipt") }
        guard case .receipt = try await hub.takeBack([sealed[1]], from: morning.web) else { return #expect(Bool(false), "no receipt") }
        #expect(try await hub.warnings().isEmpty)
        #expect(try await hub.hub.decisions(now: hub.now).map(\.id) == [undone.id, decided.id])
        #expect(try await morning.values(at: hub) == [.text("EUR"), .text("USD")])
        #expect(try await hub.hub.verify().isEqual)
    }

    @Test(
        "S24: a rule comes back, too, of a later generation as well; one that was set anew meanwhile stays in force",
        arguments: [true, false])
    func rules(isSetAnew: Bool) async throws {
        let morning = try await Morning()
        try await morning.decide()
        try await morning.bench.restart()
        func question(_ policy: String) -> PolicyQuestion {
            PolicyQuestion(entity: "customer", field: "phone", policy: policy, author: "ann")
        }
        _ = try await morning.bench.hub.setPolicy(question("earliest"), now: morning.bench.now)
        let kept = try await morning.kept().decisions
        #expect(Set(kept.map(\.first.replica)).count == 2)
        let hub = try await morning.restored()
        hub.now = hub.now.advanced(byMilliseconds: 3_600_000)
        if isSetAnew { _ = try await hub.hub.setPolicy(question("longest"), now: hub.now) }
        guard case .refusal(let refusal) = try await hub.takeBack(kept.map(\.sealed), from: morning.web) else {
            return #expect(Bool(false), "two generations in one request")
        }
        #expect(refusal.code == "push-mixed")
        for decision in kept {
            guard case .receipt = try await hub.takeBack([decision.sealed], from: morning.web) else {
                return #expect(Bool(false), "no receipt")
            }
        }
        #expect(try await hub.hub.policies(now: hub.now).map(\.policy) == [isSetAnew ? "longest" : "earliest"])
        #expect(try await hub.hub.decisions(now: hub.now).count == (isSetAnew ? 3 : 2))
        #expect(try await morning.values(at: hub) == [.text("EUR")])
        #expect(try await hub.hub.verify().isEqual)
    }

    @Test("S24: a collection of dead records counts numbers of the former line, and is not done again on another")
    func collection() async throws {
        let morning = try await Morning()
        let question = CollectionQuestion(olderThanDays: 1, author: "ann")
        #expect(try await morning.bench.hub.collect(question, now: morning.bench.now).records == 0)
        try await morning.bench.hub.deciding(morning.bench.now) { desk in
            _ = try desk.write(
                [], Decision(.collect, conflict: "collect:2", message: "Collected.", fingerprint: "0", author: "ann", note: nil))
        }
        let hub = try await morning.restored()
        guard case .receipt = try await hub.takeBack(try await morning.kept().decisions.map(\.sealed), from: morning.web) else {
            return #expect(Bool(false), "no receipt")
        }
        #expect(try await morning.bench.hub.reading(hub.now) { $0.standing.floor } == 2)
        #expect(try await hub.hub.reading(hub.now) { $0.standing.floor } == 0)
        #expect(try await hub.hub.verify().isEqual)
    }

    @Test("S25: a verified backup ends the keeping; who does not ask for decisions gets none, in the version that it reads")
    func untilBackup() async throws {
        let morning = try await Morning()
        try await morning.decide()
        try await morning.bench.hub.backUp(to: morning.folder.file("second.db"))
        let kept = try await morning.kept()
        #expect(kept.keepUntil == 4 && kept.decisions.isEmpty)
        #expect(try await morning.bench.pullAll(morning.web).pages.allSatisfy { $0.kept == nil })
    }

    @Test("a page ends before the decision that would pass its bytes; one that is larger comes alone, with its own number")
    func pages() async throws {
        let morning = try await Morning()
        for pieces in Int64(1)...4 {
            let question = SafetyQuestion(sku: "MUG", location: "*", quantity: pieces * 10_000, author: "ann")
            _ = try await morning.bench.hub.keepBack(question, now: morning.bench.now)
        }
        let all = try await morning.kept().decisions
        #expect(all.map(\.number) == [4, 5, 6, 7])
        func piece(after number: UInt64, _ bytesMax: Int) async throws -> DecisionReader.Piece {
            let key = morning.bench.hub.signingKey
            return try await morning.bench.hub.reading(morning.bench.now) { documents in
                try DecisionReader(documents: documents, seal: DecisionSeal(key), bytesMax: bytesMax).piece(after: number, through: 7)
            }
        }
        let (one, both) = (all[0].sealed.count, all[0].sealed.count + all[1].sealed.count)
        for bytesMax in [one, both - 1] {
            let first = try await piece(after: 0, bytesMax)
            #expect(first.decisions == [all[0]] && first.reached == 4 && !first.isLarge)
        }
        let two = try await piece(after: 0, both)
        #expect(two.decisions == Array(all.prefix(2)) && two.reached == 5)
        let before = try await piece(after: 0, one - 1)
        #expect(before.decisions.isEmpty && before.reached == 3 && !before.isLarge)
        for (index, decision) in all.enumerated() {
            let alone = try await piece(after: decision.number - 1, 1)
            #expect(alone.decisions == [all[index]] && alone.reached == decision.number && alone.isLarge)
        }
        for number in UInt64(3)...7 {
            let rest = try await piece(after: number, 1 << 20)
            #expect(rest.decisions == all.filter { $0.number > number } && rest.reached == 7)
        }
    }
}
