import Foundation
import TestSupport
import Testing

@testable import AgentRuntime

@Suite("DataFolder")
struct DataFolderTests {
    @Test("the folder is made for its owner only, and so is the file")
    func rights() throws {
        let base = try TemporaryFolder()
        let folder = DataFolder(base.file("agent"))
        _ = try folder.open()
        let attributes = FileManager.default
        #expect(try attributes.attributesOfItem(atPath: folder.path)[.posixPermissions] as? Int == 0o700)
        #expect(try attributes.attributesOfItem(atPath: folder.path + "/agent.db")[.posixPermissions] as? Int == 0o600)
    }

    @Test("one process works at a time; looking needs no lock")
    func lock() throws {
        let base = try TemporaryFolder()
        let folder = DataFolder(base.path)
        _ = try folder.open()
        #expect(!folder.isLocked)
        var lock: DataFolder.Lock? = try folder.lock()
        #expect(folder.isLocked)
        let error = #expect(throws: AgentError.self) { _ = try folder.lock() }
        #expect(error?.code == .alreadyRunning)
        withExtendedLifetime(lock) {}
        lock = nil
        #expect(!folder.isLocked)
        _ = try folder.lock()
    }

    @Test("a folder without an agent, a file in its place and a damaged file are said to be so")
    func wrong() throws {
        let base = try TemporaryFolder()
        #expect(throws: AgentError.self) { try DataFolder(base.file("none")).open(makes: false) }
        #expect(throws: AgentError.self) { _ = try DataFolder(base.file("none")).lock() }
        #expect(!FileManager.default.fileExists(atPath: base.file("none")))
        _ = FileManager.default.createFile(atPath: base.file("file"), contents: nil)
        #expect(throws: AgentError.self) { try DataFolder(base.file("file")).open() }
        let folder = DataFolder(base.file("agent"))
        try folder.make()
        _ = FileManager.default.createFile(atPath: folder.path + "/agent.db", contents: Data(repeating: 65, count: 8192))
        let error = #expect(throws: AgentError.self) { try folder.open() }
        #expect(error?.code == .dataFolder)
    }

    @Test("an agent that runs and says nothing for long is told of", arguments: [(299_000 as UInt64, 0), (301_000, 1)])
    func silence(age: UInt64, problems: Int) {
        var health = AgentHealth()
        health.time = 1_700_000_000_000
        #expect(AgentStatus.silence(of: health, now: health.time + age).count == problems)
        #expect(AgentStatus.silence(of: AgentHealth(), now: health.time).isEmpty)
    }

    @Test("a disk with less room than asked for is told of, one with more is not")
    func space() throws {
        let base = try TemporaryFolder()
        let folder = DataFolder(base.path)
        #expect(folder.spaceProblem(freeBytesMin: 1) == nil)
        #expect(folder.spaceProblem(freeBytesMin: .max)?.code == "agent-disk-full")
        withExtendedLifetime(base) {}
    }

    @Test("status of a fresh folder says what to do first")
    func status() throws {
        let base = try TemporaryFolder()
        let folder = DataFolder(base.path)
        _ = try folder.open()
        let status = try AgentStatus.read(folder: folder)
        #expect(status.problems.first?.code == "not-enrolled")
        #expect(!status.isWell)
    }
}
