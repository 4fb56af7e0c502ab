import Capture
import Causality
import ChangeSets
import Foundation
import HubRuntime
import TestSupport

@testable import AgentRuntime
@testable import HubStoreSQLite

/// What befalls the hub, and what its operators do.
extension World {
    func killHub() async throws {
        note("hub killed")
        let path = newHubPath()
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: hubStore.path + suffix) {
            try FileManager.default.copyItem(atPath: hubStore.path + suffix, toPath: path + suffix)
        }
        if generator.chance(50) {
            note("hub's write torn")
            try AgentDatabase.tear(path, using: &generator)
        }
        try await openHub(try SQLiteHubStore(path: path))
    }

    /// Makes a backup, or goes back to the last one: everything since is forgotten, and comes again from the agents (S22 to S25). Or to
    /// the one before that: then agents have dropped some of it, and capture anew what their files hold.
    ///
    /// Also behind an agent's disk that was restored or lost: what only that disk kept is gone then, and what the till holds comes again
    /// (docs/operating/hub.md). Not behind what a machine that was restored since had told in its former life: what it asserted of that
    /// again names records that nobody has any more, and is held back.
    func restoreHub() async throws {
        guard let last = hubBackups.last, let first = hubBackups.first, generator.chance(60) else {
            let path = newHubPath()
            do { try await hub.backUp(to: path) } catch let error as HubError where error.isTransient { return try noteNoCommit(error) }
            hubBackups = hubBackups.suffix(1) + [path]
            return note("hub backed up")
        }
        let backup = generator.chance(60) ? first : last
        let path = newHubPath()
        try FileManager.default.copyItem(atPath: backup, toPath: path)
        let store = try SQLiteHubStore(path: path)
        let has = try store.readNow { try Dictionary($0.replicas().map { ($0.id, $0.last) }, uniquingKeysWith: max) }
        guard sites.allSatisfy({ site in site.formerLife.allSatisfy { has[$0.key, default: 0] >= $0.value } }) else { return }
        if backup != last {
            note("hub restored from an older backup")
            hubBackups = [backup]
        }
        note(sites.contains(where: \.isHubBehind) ? "hub restored twice" : "hub restored")
        for site in sites {
            let had = Dictionary(try await receipts(of: site).map { ($0.replica, $0.last) }, uniquingKeysWith: max)
            site.hubHad.merge(had, uniquingKeysWith: max)
            (site.isHubBehind, site.isUndisturbed) = (true, false)
        }
        dropRepeats { backup != last || $0.hasLostDisk }
        decisionLedger.hubRestored(isOlder: backup != last)
        ledger.hubRestored(
            try Received(store), has: has, isOlder: backup != last, cloned: Set(sites.filter(\.isCloned).map(\.name)))
        try await openHub(store)
        // Who enrolled after the backup is unknown: an operator gives it a token again.
        for site in sites where try await hub.agent(site.key.publicKey) == nil {
            try await enroll(site)
            note("enrolled again")
        }
    }

    func enroll(_ site: Site) async throws {
        let token = try await hub.issueToken(site: site.name, now: time)
        _ = try await hub.enroll(token: token.token, publicKey: site.key.publicKey, now: time)
    }

    private func newHubPath() -> String {
        hubFiles += 1
        return disk.file("hub-\(hubFiles).db")
    }

    private func openHub(_ store: SQLiteHubStore) async throws {
        // Whoever starts it again has seen to that it can write.
        (hubStore, isHubFull) = (store, false)
        hubDisk.fail(0)
        hub = try await Hub.open(store: hubStore, now: time, options: Self.options, random: Self.randomBytes(generator.next()))
        hubStore.observe(hubDisk)
        watch = JournalWatch()
    }

    // MARK: its disk

    func fillOrMendHubDisk() throws {
        if isHubFull { return try mendHubDisk() }
        note("hub's disk full")
        isHubFull = true
        try hubStore.limit(pages: 1)
    }

    func mendHubDisk() throws {
        hubDisk.fail(0)
        guard isHubFull else { return }
        note("hub's disk has room")
        isHubFull = false
        try hubStore.limit(pages: 1 << 20)
    }

    /// The hub could not do something now. Where its disk was why, nothing of it is there, neither on disk nor in what the hub says.
    func noteNoCommit(_ error: HubError) throws {
        guard error.code != .busy else { return }
        note("hub could not commit")
        let onDisk = try hubStore.readNow { try $0.head()?.number ?? 0 }
        if hub.head.number != onDisk { fail("the hub stands at \(hub.head.number), its disk at \(onDisk)") }
    }

    /// Whoever the hub has heard of that writes for a site, whichever agent sent it.
    func writers(at name: String) throws -> [HubRuntime.ReplicaRow] {
        try hubStore.readNow { store in
            let site = try store.sites().first { $0.name == name }?.number
            let sources = Set(try store.sources().filter { $0.site == site }.map(\.number))
            return try store.replicas().filter { row in row.source.map { sources.contains($0) } ?? false }
        }
    }

    /// Where the hub stands with all replicas of the site.
    func receipts(of site: Site) async throws -> [Receipt] {
        guard
            case .page(let page) = try await hub.pull(PullRequest(cursor: nil, maxBytes: 1), agent: try await record(of: site), now: time)
        else { return [] }
        return page.own
    }

    /// Whether a restored hub has again all that the site had sent to it.
    func hasHubBack(_ site: Site) async throws -> Bool {
        let has = Dictionary(try await receipts(of: site).map { ($0.replica, $0.last) }, uniquingKeysWith: max)
        return site.hubHad.allSatisfy { has[$0.key, default: 0] >= $0.value }
    }

    /// Years off, or right again; `Law 7`: no clock decides what is kept.
    func setClock(_ index: Int) {
        let year: Int64 = 365 * 24 * 3_600_000
        let site = sites[index]
        site.clockOffset =
            site.clockOffset == 0 ? [-60 * year, -year, -600_000, 600_000, 3 * year, 10 * year].randomElement(using: &generator) ?? 0 : 0
        note("clock set", index)
        if abs(site.clockOffset) > 300_000 { note("doubtful clock", index) }
    }

    // MARK: operators

    func decide() async throws {
        switch Int.random(in: 0..<7, using: &generator) {
        case 4, 5: try await settleConflict()
        case 0: try await acceptConflict()
        case 1: try await link("customers linked") { try await self.hub.link($0, now: self.time) }
        case 2: try await link("customers kept apart") { try await self.hub.keepApart($0, now: self.time) }
        case 3:
            guard let latest = try await hub.decisions(limit: 5, now: time).first(where: { $0.undoneBy == nil && $0.choice != .undo })
            else {
                return
            }
            try await bySomebody("decision undone") { _ = try await self.hub.undo(latest.id, author: "op", note: nil, now: self.time) }
        default:
            let policy = ["latest", "earliest", "longest", "ask", "ranked: shop-2, shop-1"].randomElement(using: &generator) ?? "latest"
            try await bySomebody("policy set") {
                _ = try await self.hub.setPolicy(
                    PolicyQuestion(entity: "customer", field: "phone", policy: policy, author: "op"), now: self.time)
            }
        }
    }

    /// As it stands: a decision that changes no figure which the checkers count.
    private func acceptConflict() async throws {
        guard let conflict = try await hub.conflicts(now: time).first(where: { $0.choices.contains("accept") }) else { return }
        try await bySomebody("conflict accepted") {
            _ = try await self.hub.resolve(conflict.id, Resolution(.accept, seen: conflict.seen, author: "op"), now: self.time)
        }
    }

    /// A till that went back behind a deletion, and edited what was collected meanwhile, waits for somebody to decide (S7).
    ///
    /// - Returns: whether there was any.
    func replayEditsOfCollected() async throws -> Bool {
        let held = try await hub.conflicts(now: time).filter {
            $0.kind == .editOfDeleted && $0.choices.contains("replay")
        }
        for conflict in held {
            try await bySomebody("edit of a collected record replayed") {
                _ = try await self.hub.resolve(conflict.id, Resolution(.replay, author: "op"), now: self.time)
            }
        }
        return !held.isEmpty
    }

    private func link(_ what: String, _ decide: @escaping (LinkQuestion) async throws -> LinkAnswer) async throws {
        var found: [String] = []
        for _ in 0..<2 {
            let person = Int.random(in: 1...6, using: &generator)
            let profiles = try await hub.profiles(.email("person\(person)@example.org"), now: time).compactMap {
                $0.object?["id"] as? String
            }
            if let profile = profiles.randomElement(using: &generator), !found.contains(profile) { found.append(profile) }
        }
        guard found.count == 2 else { return }
        try await bySomebody(what) { _ = try await decide(LinkQuestion(id: found[0], records: [found[1]], author: "op")) }
    }

    /// What cannot be decided is refused in words; anything else than a word is a fault.
    func bySomebody(_ what: String, _ act: () async throws -> Void) async throws {
        do {
            try await act()
            note(what)
        } catch let error as HubError {
            trace.append("  refused: \(what): \(error.message)")
            if error.isTransient { try noteNoCommit(error) }
        }
    }

    func collect() async throws {
        now += 3 * 24 * 3_600_000
        do {
            let answer = try await hub.collect(CollectionQuestion(olderThanDays: 1, author: "op"), now: time)
            if answer.records > 0 { note("collected") }
        } catch let error as HubError where error.isTransient { try noteNoCommit(error) }
    }
}
