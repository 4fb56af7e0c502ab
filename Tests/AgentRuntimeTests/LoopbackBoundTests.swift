import Causality
import ChangeSets
import Foundation
import Logging
import TestSupport
import Testing

@testable import AgentRuntime
@testable import Capture

@Suite("Bounds of what programs beside the agent post")
struct LoopbackBoundTests {
    /// An agent that was enrolled with a hub which is not there.
    private func agent(in folder: TemporaryFolder) throws -> Agent {
        let data = DataFolder(folder.file("agent"))
        let membership = Membership(
            hubAddress: "http://127.0.0.1:9", allowsPlainHTTP: false, site: "web", kind: "web", region: "",
            hubKey: SigningKey().publicKey.description, hub: ReplicaID(high: 1, low: 1).description)
        try AgentSettings(queue: try data.open().queue).write(.membership, membership)
        _ = try KeyFile.readOrMake(in: data.path)
        return try Agent(folder: data, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func batch(_ writes: Int) -> [UInt8] {
        let one = (1...writes).map { #"{"entity":"order","key":\#($0),"fields":{"state":"placed"}}"# }
        return Array(#"{"writes":[\#(one.joined(separator: ","))]}"#.utf8)
    }

    @Test("A batch has so many writes; of a larger one nothing is taken", arguments: [0, 1])
    func writes(more: Int) async throws {
        let folder = try TemporaryFolder()
        let agent = try agent(in: folder)
        let desk = LoopbackDesk(agent: agent) {}
        let body = batch(LoopbackDesk.writesMax + more)
        if more == 0 {
            _ = try await desk.post(body, key: "one")
            #expect(try await agent.keeper.posted.writer()?.last == UInt64(LoopbackDesk.writesMax))
        } else {
            let error = await #expect(throws: AgentError.self) { _ = try await desk.post(body, key: "one") }
            #expect(error?.code == .badPost)
            #expect(try await agent.keeper.posted.writer() == nil)
        }
    }

    @Test("A batch's key has so many bytes; a longer one is refused", arguments: [0, 1])
    func key(more: Int) async throws {
        let folder = try TemporaryFolder()
        let desk = LoopbackDesk(agent: try agent(in: folder)) {}
        let key = String(repeating: "k", count: LoopbackDesk.keyBytesMax + more)
        if more == 0 {
            let first = try await desk.post(batch(1), key: key)
            #expect(try await desk.post(batch(1), key: key) == first)
        } else {
            let error = await #expect(throws: AgentError.self) { _ = try await desk.post(batch(1), key: key) }
            #expect(error?.code == .badPost)
        }
    }

    @Test("A write has as many fields, and names as long, as a change-set takes; more is refused by name", arguments: [0, 1])
    func fields(more: Int) throws {
        let reader = PostedReader(place: "writes[0]")
        func isTaken(_ write: PostedJSON) -> Bool { (try? reader.write(write, token: nil)) != nil }
        func order(_ fields: [String: JSONInput], entity: String = "order", key: JSONInput = .integer(1)) -> PostedJSON {
            PostedJSON(entity: entity, key: key, fields: fields)
        }
        let many = (0..<Limits.fieldsMax + more).map { ("f\($0)", JSONInput.integer(1)) }
        #expect(isTaken(order(Dictionary(many, uniquingKeysWith: { first, _ in first }))) == (more == 0))
        let name = String(repeating: "n", count: Limits.nameBytesMax + more)
        #expect(isTaken(order([name: .integer(1)])) == (more == 0))
        #expect(isTaken(order(["state": .text("placed")], entity: name)) == (more == 0))
        let key = JSONInput.list(Array(repeating: .integer(1), count: Limits.keyColumnsMax + more))
        #expect(isTaken(order(["state": .text("placed")], key: key)) == (more == 0))
    }

    @Test("A token of the longest text is read; a longer one is none of ours", arguments: [0, 1])
    func token(more: Int) throws {
        func token(of skuBytes: Int) -> SeenToken {
            var shown = SeenToken()
            shown.figures = [.init(sku: Text(String(repeating: "s", count: skuBytes)), location: "shop")]
            return shown
        }
        // Base64 makes four letters of three bytes. What is not the SKU has the same length in both.
        let bytes = SeenToken.textBytesMax / 4 * 3
        let rest = token(of: bytes / 2).text.utf8.count * 3 / 4 - bytes / 2
        let longest = token(of: bytes - rest + more)
        if more == 0 {
            #expect(longest.text.utf8.count == SeenToken.textBytesMax)
            #expect(try SeenToken(longest.text) == longest)
        } else {
            #expect(longest.text.utf8.count > SeenToken.textBytesMax)
            let error = #expect(throws: AgentError.self) { try SeenToken(longest.text) }
            #expect(error?.code == .lookAgain)
        }
    }

    @Test("A batch's key is remembered for its time, and not a millisecond longer", arguments: [0, 1] as [UInt64])
    func keyTime(more: UInt64) throws {
        let folder = try TemporaryFolder()
        let posted = PostedSource(try DataFolder(folder.file("agent")).open())
        let start: UInt64 = 1_700_000_000_000
        func post(_ key: String, at milliseconds: UInt64) throws {
            var random = SystemRandomNumberGenerator()
            let write = PostedWrite(.write(.own("order", LocalKey(.integer(1))), [.init("state", .text(Text(key)))]))
            _ = try posted.post(
                [write], key: key, digest: Array(key.utf8), now: Timestamp(milliseconds: milliseconds), random: &random
            ) { _ in [] }
        }
        try post("a", at: start)
        // Old keys go when another batch is taken.
        try post("b", at: start + PostedSource.keyMillisecondsMax + more)
        #expect((try posted.answer(to: "a", digest: Array("a".utf8)) != nil) == (more == 0))
    }

    @Test("So many keys are kept, the latest; the bound is for a batch every six seconds for as long as keys are kept", arguments: [0, 1])
    func keys(more: Int) throws {
        #expect(UInt64(PostedSource.keysMax) > PostedSource.keyMillisecondsMax / 6_000)
        let folder = try TemporaryFolder()
        let database = try DataFolder(folder.file("agent")).open()
        let posted = PostedSource(database)
        let keys = (0..<3 + more).map { "key-\($0)" }
        for (place, key) in keys.enumerated() {
            var random = SystemRandomNumberGenerator()
            let write = PostedWrite(.write(.own("order", LocalKey(.integer(1))), [.init("state", .text(Text(key)))]))
            _ = try posted.post(
                [write], key: key, digest: Array(key.utf8), now: Timestamp(milliseconds: 1_700_000_000_000 + UInt64(place)), random: &random
            ) { _ in [] }
        }
        try database.write { try PostedBatch.trim(to: 3, $0) }
        let kept = try keys.filter { try posted.answer(to: $0, digest: Array($0.utf8)) != nil }
        #expect(kept == Array(keys.suffix(3)))
    }

    @Test("A token's moment is remembered for its time, and not a millisecond longer", arguments: [0, 1] as [UInt64])
    func momentTime(more: UInt64) throws {
        let folder = try TemporaryFolder()
        let database = try DataFolder(folder.file("agent")).open()
        var random = SystemRandomNumberGenerator()
        let start: UInt64 = 1_700_000_000_000
        let early = try SeenMoment.issue([1], now: Timestamp(milliseconds: start), in: database, random: &random)
        // Old moments go when another one is given.
        let late = Timestamp(milliseconds: start + SeenMoment.millisecondsMax + more)
        _ = try SeenMoment.issue([2], now: late, in: database, random: &random)
        let write = PostedWrite(.write(.own("order", LocalKey(.integer(1))), [.init("state", "placed")]))
        func post() throws {
            _ = try PostedSource(database).post(
                [write], key: "a", digest: [1], moments: [early], now: Timestamp(milliseconds: start), random: &random
            ) { _ in [] }
        }
        if more == 0 { try post() } else { #expect(throws: CaptureError.lookAgain) { try post() } }
    }
}
