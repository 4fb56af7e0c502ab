import ChangeSets
import Foundation
import GRDB
import Testing

@testable import Capture

@Suite("Attach and detach")
struct AttachTests {
    private func code(_ body: () throws -> Void) -> CaptureError.Code? {
        do { try body() } catch { return (error as? CaptureError)?.code }
        return nil
    }

    private func attach(_ path: String, _ rig: Rig, name: Text = "other") throws {
        _ = try CapturedSource.attach(
            file: path, name: name, site: "shop", mapping: try rig.mapping(), store: try rig.agentStore(), owner: rig.owner,
            settings: rig.settings,
            random: &rig.random)
    }

    @Test("what is no application's file is refused, and nothing is left behind")
    func refusals() throws {
        let rig = try Rig(Shop.sql, Shop.yaml)
        let folder = rig.folder
        try Data("this is a letter, not a database; it is long enough to be looked at for a header".utf8).write(
            to: URL(fileURLWithPath: folder + "/letter"))
        try Data().write(to: URL(fileURLWithPath: folder + "/empty"))
        #expect(code { try attach(folder + "/nothing", rig) } == .noSuchFile)
        #expect(!FileManager.default.fileExists(atPath: folder + "/nothing"))
        #expect(code { try attach(folder, rig) } == .isDirectory)
        #expect(code { try attach(folder + "/letter", rig) } == .notADatabase)
        #expect(code { try attach(folder + "/empty", rig) } == .notADatabase)
        #expect(try AttachedSource.all(in: rig.agentStore()).isEmpty)
    }

    @Test("a file that stays locked is refused for now, and attached when it is free")
    func locked() throws {
        let rig = try Rig(Shop.sql, Shop.yaml)
        let mapping = try rig.mapping()
        try rig.sell("BEGIN IMMEDIATE; INSERT INTO customers (id) VALUES (77)")
        #expect(
            code {
                _ = try CapturedSource.attach(
                    file: rig.till, name: "till", site: "shop", mapping: mapping, store: try rig.agentStore(), owner: rig.owner,
                    settings: rig.settings,
                    random: &rig.random)
            } == .locked)
        try rig.sell("COMMIT")
        try rig.attach()
        #expect(try rig.drain() == .sealed(drain: 1, changes: 5))
    }

    @Test("one file has one owner; another agent neither writes nor reads, unless it takes over (S16)")
    func owners() throws {
        let rig = try Rig(Shop.sql, Shop.yaml)
        try rig.attach()
        try rig.drain()
        #expect(code { try attach(rig.till, rig) } == .alreadyAttached)
        #expect(code { try attach(rig.till, rig, name: "till") } == .alreadyAttached)
        let former = try rig.opened()
        let stranger = try AgentDatabase(path: rig.folder + "/stranger.db")
        let key = SigningKey().publicKey
        #expect(
            code {
                _ = try CapturedSource.attach(
                    file: rig.till, name: "till", site: "shop", mapping: try rig.mapping(), store: stranger, owner: key, random: &rig.random
                )
            } == .otherOwner)
        let taken = try CapturedSource.attach(
            file: rig.till, name: "till", site: "shop", mapping: try rig.mapping(), store: stranger, owner: key, takeOver: true,
            random: &rig.random)
        let before = try former.writer()
        guard case .recovery(let request) = try taken.drain(now: .largest, random: &rig.random) else {
            Issue.record("no recovery")
            return
        }
        #expect(request.named?.replica == before.replica && request.named?.counter == 4 && request.source == former.id)
        guard case .alarm(let alarm) = try rig.drain() else {
            Issue.record("no alarm")
            return
        }
        #expect(alarm.code == .otherOwner)
        #expect(try AttachedSource.all(in: rig.agentStore())[0].problem?.contains("another agent") == true)
    }

    @Test("a kill at any step of attach leaves what the same call finishes", arguments: [Checkpoint.attachJournalled, .attachInstalled])
    func killed(at step: Checkpoint) throws {
        let rig = try Rig(Shop.sql, Shop.yaml)
        #expect(try rig.killed(at: step) { try rig.attach() })
        try rig.sell(Shop.sale(10))
        try rig.attach()
        var hub = ModelHub()
        try rig.drain()
        try hub.take(rig.agentStore())
        #expect(try rig.differences(from: hub) == [])
    }

    @Test("detach leaves the file as it was, and what is sealed is still sent")
    func detach() throws {
        let rig = try Rig(Shop.sql, Shop.yaml)
        let before = try rig.texts("SELECT type || name || coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1")
        try rig.attach()
        try rig.drain()
        try rig.opened().detach()
        rig.kill()
        #expect(
            try rig.texts("SELECT type || name || coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1") == before
        )
        #expect(try AttachedSource.all(in: rig.agentStore()).isEmpty)
        var hub = ModelHub()
        try hub.take(rig.agentStore(), forget: true)
        #expect(hub.history.count == 4)
        try rig.attach()
        #expect(try rig.drain() == .sealed(drain: 1, changes: 4))
        try hub.take(rig.agentStore())
        #expect(hub.history.count == 8)
    }

    @Test("a replaced file is never taken for the attached one")
    func replaced() throws {
        let rig = try Rig(Shop.sql, Shop.yaml)
        try rig.copyTill(to: "before")
        try rig.attach()
        try rig.drain()
        try rig.restoreTill(from: "before")
        guard case .alarm(let alarm) = try rig.drain() else {
            Issue.record("no alarm")
            return
        }
        #expect(alarm.code == .replaced)
    }

    @Test("law 3: triggers whose log is gone are dropped before they fail the next sale")
    func orphans() throws {
        let rig = try Rig(Shop.sql, Shop.yaml)
        try rig.attach()
        try rig.drain()
        try rig.sell("DROP TABLE _tributary_log")
        #expect(throws: (any Error).self) { try rig.sell("INSERT INTO customers (id) VALUES (5)") }
        guard case .alarm(let alarm) = try rig.drain() else {
            Issue.record("no alarm")
            return
        }
        #expect(alarm.code == .replaced)
        #expect(try rig.number("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'") == 0)
        try rig.sell("INSERT INTO customers (id) VALUES (5)")
    }

    @Test("law 3: our triggers cost the application neither its row ids nor its counts")
    func innocuous() throws {
        let rig = try Rig(Shop.sql, Shop.yaml)
        try rig.attach()
        try rig.drain()
        try rig.sell("INSERT INTO customers (email) VALUES ('x')")
        #expect(try rig.number("SELECT last_insert_rowid()") == 3)
        #expect(try rig.number("SELECT changes()") == 1)
    }

    @Test("a mount table tells network drives")
    func mounts() {
        let table = MountTable("/dev/sda1 / ext4 rw 0 0\nserver:/x /mnt/shop\\040one nfs4 rw 0 0\n//s/y /mnt cifs rw 0 0\n")
        #expect(table.kind(of: "/mnt/shop one/till.db") == "nfs4")
        #expect(table.kind(of: "/mnt/shop/till.db") == "cifs")
        #expect(table.kind(of: "/mntx/till.db") == "ext4")
    }
}
