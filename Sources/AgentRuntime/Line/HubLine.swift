import Causality
import ChangeSets
import CurlClient
import Foundation
import Synchronization

/// The sync line to one hub: signed questions, and only validly signed answers.
///
/// Two connections, because a pull may be held by the hub for most of a minute while a sale must go at once.
public final class HubLine: Sendable {
    public let hub: HubAddress
    let key: SigningKey
    let hubKey: VerifyingKey
    private let connections: Mutex<Connections>
    private let wallClock: @Sendable () -> Timestamp

    private struct Connections {
        var push: HTTPConnection
        var pull: HTTPConnection
        var proxy: String?
        var userAgent: String
    }

    static let contentType = "application/vnd.tributary"
    /// A push's total time grows with its size: the slowest line that is worth having carries this much.
    static let bytesPerSecondMin = 2_000
    static let answerMilliseconds = 120_000

    public init(
        hub: HubAddress, key: SigningKey, hubKey: VerifyingKey, proxy: String? = nil, version: String,
        wallClock: @escaping @Sendable () -> Timestamp
    ) {
        self.hub = hub
        self.key = key
        self.hubKey = hubKey
        self.wallClock = wallClock
        let userAgent = "tributary-agent/\(version)"
        connections = Mutex(
            Connections(
                push: HTTPConnection(proxy: proxy, userAgent: userAgent), pull: HTTPConnection(proxy: proxy, userAgent: userAgent),
                proxy: proxy, userAgent: userAgent))
    }

    /// Begins on new connections.
    public func reconnect() {
        connections.withLock { connections in
            connections.push = HTTPConnection(proxy: connections.proxy, userAgent: connections.userAgent)
            connections.pull = HTTPConnection(proxy: connections.proxy, userAgent: connections.userAgent)
        }
    }

    /// - Returns: the hub's answer, and how many changes it asks a set to hold at most (`SetSize`).
    /// - Throws: `LineFailure`, or `CancellationError`.
    public func push(_ frames: [Outbox.Frame]) async throws -> (Answer, setChangesMax: Int?) {
        let body = Self.body(of: frames.map(\.bytes))
        let milliseconds = Self.answerMilliseconds + body.count / Self.bytesPerSecondMin * 1000
        let limits = TransferLimits(
            totalMilliseconds: min(milliseconds, 300_000), slowSeconds: Self.answerMilliseconds / 1000, responseBytesMax: 1 << 20)
        let (answer, response) = try await exchange("/v1/sync/push", body: body, type: Self.contentType, limits: limits, on: { $0.push })
        return (answer, SetSize.asked(by: response))
    }

    /// Per change-set its length (u32, little-endian) and its bytes.
    static func body(of frames: [[UInt8]]) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(frames.reduce(0) { $0 + $1.count + 4 })
        for frame in frames {
            let count = UInt32(frame.count)
            for shift: UInt32 in [0, 8, 16, 24] { body.append(UInt8(truncatingIfNeeded: count >> shift)) }
            body += frame
        }
        return body
    }

    /// - Parameters:
    ///   - replicas: own ones whose receipts are wanted; `nil`: all that the hub knows of this site.
    ///   - keepsDecisions: operators' decisions are wanted with the news, to be kept for the hub.
    public func pull(
        cursor: Position?, waitMilliseconds: UInt64, bytesMax: Int, replicas: [ReplicaID]? = nil, wish: SyncCore.PullOrder.Wish = .news,
        report: AgentReport? = nil, keepsDecisions: Bool = false
    ) async throws -> FeedPage {
        var question = PullQuestion(
            cursor: cursor.map { Hexadecimal.string($0.bytes) }, waitMilliseconds: waitMilliseconds, maxBytes: bytesMax,
            replicas: replicas?.map(\.description), report: report, decisions: keepsDecisions ? true : nil)
        switch wish {
        case .news: break
        case .digest(let ranges): question.digest = ranges
        case .again(let interval): question.again = interval
        case .rebase: (question.digest, question.rebase) = (Limits.digestRangesMax, true)
        }
        let limits = TransferLimits(totalMilliseconds: Int(waitMilliseconds) + Self.answerMilliseconds, slowSeconds: 120)
        // One that is not held must not wait behind one that is: a recovery would stand still for most of a minute.
        let answer = try await ask(
            "/v1/sync/pull", body: try Self.json(question), type: "application/json", limits: limits,
            on: { waitMilliseconds == 0 && wish == .news ? $0.push : $0.pull })
        guard case .page(let page) = answer else { throw LineFailure.wrongAnswer }
        return page
    }

    /// The images of one source as of a change (S15), or as the hub has them now, a piece at a time.
    public func images(source: SourceID, asOf dot: Dot?, isNewest: Bool, after: [UInt8]?) async throws -> ImagesPage {
        let question = ImagesQuestion(
            source: source.description, replica: dot?.replica.description, counter: dot?.counter, newest: isNewest,
            after: after.map { Hexadecimal.string($0) })
        let limits = TransferLimits(totalMilliseconds: Self.answerMilliseconds)
        let answer = try await ask(
            "/v1/sync/images", body: try Self.json(question), type: "application/json", limits: limits, on: { $0.push })
        guard case .images(let page) = answer else { throw LineFailure.wrongAnswer }
        return page
    }

    /// The last of these ends of change-sets, latest first, that the hub has, too; counter 0 when it has none (S22).
    func shared(_ replica: ReplicaID, ends: [SetEnd]) async throws -> SetEnd {
        let answer = try await ask(
            "/v1/sync/shared", body: try Self.json(SharedQuestion(replica: replica.description, ends: ends)), type: "application/json",
            limits: TransferLimits(totalMilliseconds: Self.answerMilliseconds), on: { $0.push })
        guard case .receipt(let receipt) = answer, receipt.replica == replica else { throw LineFailure.wrongAnswer }
        return SetEnd(receipt.last, receipt.hash)
    }

    /// What the sources map. On a connection of its own, which ends with it: nothing that counts waits for it.
    func tell(_ report: MappingReport) async throws {
        let (proxy, userAgent) = connections.withLock { ($0.proxy, $0.userAgent) }
        let connection = HTTPConnection(proxy: proxy, userAgent: userAgent)
        let answer = try await ask(
            "/v1/sync/mappings", body: try Self.json(report), type: "application/json",
            limits: TransferLimits(totalMilliseconds: Self.answerMilliseconds), on: { _ in connection })
        guard case .receipt = answer else { throw LineFailure.wrongAnswer }
    }

    /// Decisions that were kept for the hub, sealed, of one of its generations and in order (S24). On a connection of its own, as `tell`.
    func giveBack(_ sealed: [[UInt8]]) async throws -> Answer {
        let (proxy, userAgent) = connections.withLock { ($0.proxy, $0.userAgent) }
        let connection = HTTPConnection(proxy: proxy, userAgent: userAgent)
        let body = Self.body(of: sealed)
        let milliseconds = Self.answerMilliseconds + body.count / Self.bytesPerSecondMin * 1000
        let limits = TransferLimits(
            totalMilliseconds: min(milliseconds, 300_000), slowSeconds: Self.answerMilliseconds / 1000, responseBytesMax: 1 << 20)
        return try await ask("/v1/sync/decisions", body: body, type: Self.contentType, limits: limits, on: { _ in connection })
    }

    private struct SharedQuestion: Encodable {
        var replica: String
        var ends: [SetEnd]
    }

    private struct PullQuestion: Encodable {
        var cursor: String?
        var waitMilliseconds: UInt64
        var maxBytes: Int
        var replicas: [String]?
        var digest: Int?
        var again: FeedInterval?
        var rebase: Bool?
        var report: AgentReport?
        var decisions: Bool?
    }

    private struct ImagesQuestion: Encodable {
        var source: String
        var replica: String?
        var counter: UInt64?
        var newest: Bool
        var after: String?
    }

    static func json(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return Array(try encoder.encode(value))
    }

    private func ask(
        _ path: String, body: [UInt8], type: String, limits: TransferLimits, on lane: (borrowing Connections) -> HTTPConnection
    ) async throws -> Answer {
        try await exchange(path, body: body, type: type, limits: limits, on: lane).0
    }

    private func exchange(
        _ path: String, body: [UInt8], type: String, limits: TransferLimits, on lane: (borrowing Connections) -> HTTPConnection
    ) async throws -> (Answer, HTTPResponse) {
        var random = SystemRandomNumberGenerator()
        let connection = connections.withLock { lane($0) }
        let signed = try SignedRequest(
            .post, path, at: hub, body: body, contentType: type, limits: limits, key: key, now: wallClock(), random: &random)
        let response: HTTPResponse
        do { response = try await connection.send(signed.request) } catch let error as TransferError {
            throw LineFailure(transfer: error)
        }
        return (try HubAnswer.read(response, nonce: signed.nonce, hubKey: hubKey, hub: hub), response)
    }
}
