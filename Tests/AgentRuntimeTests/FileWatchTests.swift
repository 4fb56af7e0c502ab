import Foundation
import GRDB
import TestSupport
import Testing

@testable import AgentRuntime

@Suite("FileWatch", .timeLimit(.minutes(10)))
struct FileWatchTests {
    @Test("a sale wakes us, in WAL and in rollback-journal mode", arguments: ["wal", "delete", "truncate", "persist"])
    func wakes(mode: String) async throws {
        let folder = try TemporaryFolder()
        let till = try DatabaseQueue(path: folder.file("till.db"))
        try await till.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = \(mode)") }
        try await till.write { try $0.execute(sql: "CREATE TABLE sale (id INTEGER PRIMARY KEY)") }
        let watch = FileWatch()
        #expect(watch.add("till", file: folder.file("till.db")))
        try await till.write { try $0.execute(sql: "INSERT INTO sale DEFAULT VALUES") }
        for await _ in watch.signals { break }
        #expect(watch.takeChanges() == ["till"])
        #expect(watch.takeChanges().isEmpty)
        watch.stop()
    }

    @Test("a file moved into place wakes us; other files of the folder, and reading, do not")
    func others() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("till.db")
        let till = try DatabaseQueue(path: path)
        try await till.write { try $0.execute(sql: "PRAGMA user_version = 1") }
        let watch = FileWatch()
        watch.add("till", file: path)
        _ = FileManager.default.createFile(atPath: folder.file("till.log"), contents: Data([1]))
        _ = FileManager.default.createFile(atPath: folder.file("till.db.backup"), contents: Data([1]))
        _ = try await till.read { try Int.fetchOne($0, sql: "PRAGMA user_version") }
        try FileManager.default.copyItem(atPath: path, toPath: folder.file("copy"))
        #expect(watch.takeChanges().isEmpty)
        #expect(rename(folder.file("copy"), path) == 0)
        for await _ in watch.signals { break }
        #expect(watch.takeChanges() == ["till"])
        watch.stop()
    }

    @Test("stopping ends the signals")
    func stops() async throws {
        let folder = try TemporaryFolder()
        let watch = FileWatch()
        watch.add("till", file: folder.file("till.db"))
        watch.stop()
        for await _ in watch.signals { Issue.record("a signal after the stop") }
        #expect(!watch.add("till", file: folder.file("till.db")))
    }
}
