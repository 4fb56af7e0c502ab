import Causality
import ChangeSets
import HubRuntime
import HubStoreSQLite
import TestSupport

/// Somebody who means ill: an enrolled site of its own, whose agent sends what it must not.
enum Attack: String, CaseIterable {
    /// What others signed, as it was or with a bit changed.
    case othersSet = "hostile push refused"
    /// It claims to have been shown what nobody has written.
    case forgedVector = "forged vector set aside"
    case counterAhead = "counter far ahead refused"
    /// The next set of a replica of another site, or of the hub.
    case othersReplica = "another's replica refused"
    case othersSource = "another's source refused"
    case followsOther = "follower of another's replica refused"
    case othersRecord = "write to another's record set aside"

    /// The hub keeps it and gives it no effect; everything else it refuses.
    var isSetAside: Bool { self == .forgedVector || self == .othersRecord }
}

extension World {
    private static let rogue = "rogue"

    /// Whatever is tried, the views stay as they are.
    func pushHostile() async throws {
        let key = try await hostileKey()
        guard let agent = try await hub.agent(key.publicKey) else { return hostile = nil }
        let sets = try othersSets()
        guard let victim = sets.randomElement(using: &generator), let attack = Attack.allCases.randomElement(using: &generator) else {
            return
        }
        let bytes = try attack == .othersSet ? perhapsAltered(victim) : forged(attack, against: victim, key: key)
        let (head, before) = (hub.head, try views())
        guard let answer = try await push(bytes, of: agent) else { return }
        let isMet =
            switch answer {
            case .refusal: !attack.isSetAside && hub.head == head
            case .gap: attack == .counterAhead && hub.head == head
            case .receipt: try attack.isSetAside && isHeld(bytes)
            case .fork, .page, .images: false
            }
        guard try isMet && views() == before else { return fail("hostile: not \"\(attack.rawValue)\", but \(answer)") }
        note(attack.rawValue)
        if attack.isSetAside, generator.chance(30) { try await pushAgain(bytes, of: agent) }
    }

    /// The same bytes of the same agent are a repeat: the one thing hostile that is answered with a receipt and changes nothing at all.
    private func pushAgain(_ bytes: [UInt8], of agent: AgentRecord) async throws {
        let (head, before) = (hub.head, try views())
        guard let answer = try await push(bytes, of: agent) else { return }
        guard case .receipt = answer, hub.head == head, try views() == before else {
            return fail("hostile: a set that is sent again is answered with \(answer)")
        }
        note("hostile set repeated")
    }

    /// - Returns: `nil` where the hub was busy, or could not write.
    private func push(_ bytes: [UInt8], of agent: AgentRecord) async throws -> Answer? {
        do { return try await hub.push([bytes], agent: agent, agentTime: time, now: time) } catch let error as HubError
            where error.isTransient
        {
            try noteNoCommit(error)
            return nil
        }
    }

    private func perhapsAltered(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        if generator.chance(70) {
            let place = Int.random(in: bytes.indices, using: &generator)
            bytes[place] ^= UInt8(1) << UInt8.random(in: 0..<8, using: &generator)
        }
        return bytes
    }

    /// A set that the rogue signs, each under a new replica of its own where the attack is none on replicas.
    private func forged(_ attack: Attack, against bytes: [UInt8], key: SigningKey) throws -> [UInt8] {
        let victim = try ChangeSetCodec.decode(bytes)
        let row = try hubStore.readNow { try $0.replicas().first { $0.id == victim.replica } } ?? ReplicaRow(number: 0, id: victim.replica)
        let source = try hubStore.readNow { store in try store.sources().first { $0.number == row.source }?.id }
        var opening = ChangeSet.Opening(source: SourceID(.random(using: &generator)), name: "till", follows: nil)
        var change = customer()
        switch attack {
        case .othersSet, .counterAhead, .othersReplica: break
        case .forgedVector:
            // What a closed replica never wrote is not waited for, so that it is no reason to set a change aside.
            let isNobody = generator.chance(50) || row.closedAfter != nil
            let unseen = isNobody ? Dot(.random(using: &generator), 1) : Dot(row.id, row.last + 1_000_000)
            change = customer(context: .named([unseen]))
        case .othersSource: opening.source = source ?? opening.source
        case .followsOther: opening.follows = Dot(row.id, row.last)
        case .othersRecord: change = customer(of: source, life: generator.chance(50) ? Dot(row.id, 1) : nil)
        }
        var set = ChangeSet(
            replica: .random(using: &generator), first: 1, previous: .zero, opening: opening, part: .whole(drain: 1), changes: [change])
        if attack == .counterAhead || attack == .othersReplica { (set.previous, set.opening) = (row.hash, nil) }
        if attack == .counterAhead { set.first = generator.chance(50) ? 1_000 : RecordNumber.counterMax + 1 }
        if attack == .othersReplica { (set.replica, set.first) = (row.id, row.last + 1) }
        let seed = (0..<ChangeSetCodec.seedByteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return try ChangeSetCodec.encode(set, seed: seed, key: key).bytes
    }

    private func customer(of source: SourceID? = nil, life: Dot? = nil, context: Context = .chain) -> Change {
        let subject = Subject(entity: "customer", source: source, key: LocalKey(.integer(1)), life: life)
        return Change(time: time, action: .write(subject, [FieldWrite("name", "Rogue", context: context, isPersonal: true)]))
    }

    // MARK: at the hub

    /// The first sets of the line that others sent.
    private func othersSets() throws -> [[UInt8]] {
        var sets: [[UInt8]] = []
        try hubStore.readNow { store in
            try store.eachJournal(after: 0) { row in
                if try store.agent(row.agent)?.site.name != Self.rogue { sets.append(row.bytes) }
                return sets.count < 40
            }
        }
        return sets
    }

    /// All that the hub derives from what it admitted, row by row.
    private func views() throws -> [[[Value]]] {
        try hubStore.readNow { store in
            try DerivedTable.allCases.filter { $0 != .held }.map { table in
                let walk = try store.rows(of: table)
                var rows: [[Value]] = []
                while let row = try walk.next() { rows.append(row) }
                return rows
            }
        }
    }

    /// Whether every change of the set is held.
    private func isHeld(_ bytes: [UInt8]) throws -> Bool {
        let set = try ChangeSetCodec.decode(bytes)
        return try hubStore.readNow { store in
            guard let number = try store.replicas().first(where: { $0.id == set.replica })?.number else { return false }
            return try set.changes.indices.allSatisfy { try store.held(replica: number, counter: set.dot(at: $0).counter) != nil }
        }
    }

    /// What is held of anybody else, for any reason that does not go away by itself.
    func heldOfShops() throws -> [HeldRow] {
        let rogues = Set(try writers(at: Self.rogue).map(\.number))
        return try hubStore.readNow { store in
            try [HeldRow.Cause.quarantined, .waiting].flatMap { try store.held($0, after: nil, limit: 10_000) }
                .filter { !rogues.contains($0.replica) }
        }
    }

    private func hostileKey() async throws -> SigningKey {
        if let key = hostile, try await hub.agent(key.publicKey) != nil { return key }
        try mendHubDisk()
        let key = try newKey()
        let known = try await hub.sites(now: time).contains { $0.name == Self.rogue }
        let token =
            known ? try await hub.issueToken(site: Self.rogue, now: time) : try await hub.addSite(name: Self.rogue, kind: .web, now: time)
        _ = try await hub.enroll(token: token.token, publicKey: key.publicKey, now: time)
        hostile = key
        return key
    }
}
