import Capture
import Causality
import ChangeSets
import Foundation
import GRDB
import TestSupport
import Testing

@testable import AgentRuntime

/// A damaged agent.db, page by page.
@Suite("Salvage")
struct SalvageTests {
    let base: TemporaryFolder
    let folder: DataFolder
    let journal = FakeJournal()
    let key = SigningKey()
    static let replica = FakeJournal.replica

    init() throws {
        base = try TemporaryFolder()
        folder = DataFolder(base.file("agent"))
    }

    private var path: String { folder.path + "/agent.db" }

    /// An agent with twenty sets to send, and a view.
    private func trade() throws -> [Outbox.Frame] {
        let database = try folder.open()
        defer { try? database.queue.close() }
        try AgentSettings(queue: database.queue).write(.lost, [LostChanges]())
        let outbox = Outbox(queue: database.queue, journal: journal, key: key)
        var random = SeededGenerator(seed: 3)
        var frames: [Outbox.Frame] = []
        for number in 0..<20 {
            journal.seal(Sales.lines(number * 40..<number * 40 + 40))
            let load = try outbox.load(after: UInt64(number * 40), of: Self.replica, bytesMax: 1, setBytesMax: 4 << 20, random: &random)
            if case .frames(let cut) = load { frames += cut }
        }
        try database.queue.write { db in
            for number in 1...200 {
                try db.execute(
                    sql: "INSERT INTO view_entry (topic, key, number, body) VALUES (1, ?, ?, zeroblob(100))", arguments: [number, number])
            }
        }
        try database.queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        return frames
    }

    /// What a salvaged folder can still send, in order.
    private func sendable(_ folder: DataFolder) throws -> [Outbox.Frame] {
        let database = try folder.open(makes: false)
        defer { try? database.queue.close() }
        #expect(try database.queue.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
        let outbox = Outbox(queue: database.queue, journal: journal, key: key)
        var random = SeededGenerator(seed: 4)
        var frames: [Outbox.Frame] = []
        while case .frames(let more) = try outbox.load(
            after: frames.last?.last ?? 0, of: Self.replica, bytesMax: 1 << 20, setBytesMax: 4 << 20, random: &random),
            try !outbox.isDamaged(after: frames.last?.last ?? 0, of: Self.replica)
        {
            frames += more
        }
        return frames
    }

    @Test("whatever page is lost, the first sets up to the damage are kept as they were, or it is said that nothing can be made of it")
    func everyPage() throws {
        let frames = try trade()
        #expect(frames.count == 20)
        let bytes = try #require(FileManager.default.contents(atPath: path))
        var (whole, partly, beyondHelp) = (0, 0, 0)
        for page in 0..<bytes.count / 4_096 {
            let copy = DataFolder(base.file("page-\(page)"))
            try copy.make()
            var damaged = bytes
            damaged.replaceSubrange(page * 4_096..<(page + 1) * 4_096, with: Data(repeating: UInt8(page % 2 * 255), count: 4_096))
            try damaged.write(to: URL(fileURLWithPath: copy.path + "/agent.db"))
            do {
                let report = try Salvage(copy).run()
                let kept = try sendable(copy)
                #expect(kept == Array(frames.prefix(kept.count)), "page \(page)")
                if report.damaged.isEmpty { #expect(kept.count == 20, "page \(page)") }
                #expect(FileManager.default.contents(atPath: report.damagedFile) == damaged)
                if kept.count == 20 { whole += 1 } else { partly += 1 }
            } catch let error as AgentError {
                #expect(error.code == .dataFolder)
                beyondHelp += 1
            }
        }
        // The view's pages, those of the sets, and the first one with those of the small tables.
        #expect(whole > 20 && partly > 1 && beyondHelp > 3 && beyondHelp < whole, "\(whole) whole, \(partly) in part, \(beyondHelp) not")
    }

    @Test("one that was interrupted is finished by the next, with the log of the damaged file out of the way", arguments: [0, 1])
    func interrupted(step: Int) throws {
        let frames = try trade()
        let whole = try #require(FileManager.default.contents(atPath: path))
        // As it stands after the new file was made, and before it took its place.
        let manager = FileManager.default
        try manager.moveItem(atPath: path, toPath: path + ".salvaged")
        try Data(repeating: 7, count: 8_192).write(to: URL(fileURLWithPath: path))
        if step == 0 { try Data(repeating: 8, count: 100).write(to: URL(fileURLWithPath: path + "-wal")) }
        _ = try Salvage(folder).run()
        #expect(manager.contents(atPath: path) == whole && !manager.fileExists(atPath: path + "-wal"))
        #expect(try sendable(folder) == frames)
    }
}
