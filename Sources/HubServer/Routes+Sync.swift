import Serving
import Causality
import ChangeSets
import HubRuntime

/// What agents ask: enrolment in JSON, then the sync line with signed answers.
extension HubRoutes {
    /// Two change-sets of the largest size: a push is many small sets or one large one.
    static let pushBytesMax = 2 * Limits.setBytesMax
    static let questionBytesMax = 64 << 10
    static let mappingsBytesMax = MappingReport.bytesMax

    var agentRoutes: [HubRoute] {
        [
            HubRoute(.post, "/v1/agents/enroll", .signed, bodyBytesMax: Self.questionBytesMax, mayRepeat: true) { try await enroll($0) },
            HubRoute(.post, "/v1/sync/push", .agent, bodyBytesMax: Self.pushBytesMax, mayRepeat: true) { try await push($0) },
            HubRoute(.post, "/v1/sync/pull", .agent, bodyBytesMax: Self.questionBytesMax) { try await pull($0) },
            HubRoute(.post, "/v1/sync/images", .agent, bodyBytesMax: Self.questionBytesMax) { try await images($0) },
            HubRoute(.post, "/v1/sync/shared", .agent, bodyBytesMax: Self.questionBytesMax) { try await shared($0) },
            HubRoute(.post, "/v1/sync/decisions", .agent, bodyBytesMax: Self.pushBytesMax, mayRepeat: true) { try await takeBack($0) },
            HubRoute(.post, "/v1/sync/mappings", .agent, bodyBytesMax: Self.mappingsBytesMax, mayRepeat: true) { try await mappings($0) },
        ]
    }

    private struct EnrolmentQuestion: Decodable {
        let token: String
        let publicKey: String
        let version: String
    }

    private func enroll(_ call: HubCall) async throws -> Reply {
        let question = try call.json(EnrolmentQuestion.self)
        guard let caller = call.caller, VerifyingKey(question.publicKey) == caller.key else {
            throw ServerError(
                .badRequest, "The body's publicKey is not the key that signed the request.", remedy: "Enrol with tributary-agent enroll.")
        }
        let answer = try await hub.enroll(token: question.token, publicKey: caller.key, now: call.now)
        call.logger.info("agent enrolled", metadata: ["site": "\(answer.site)", "version": "\(question.version.prefix(32))"])
        return try .json(answer)
    }

    private func push(_ call: HubCall) async throws -> Reply {
        let (agent, caller) = try known(call)
        let frames = try Frames.split(call.body)
        let answer = try await hub.push(frames, agent: agent, agentTime: caller.time, now: call.now)
        if case .refusal(let refusal) = answer {
            call.logger.notice(
                "push refused: \(refusal.message)", metadata: ["site": "\(agent.site.name)", "code": "\(refusal.code)"])
        }
        var reply = try answered(.push, answer, call, sent: frames)
        reply.fields[.tributarySetChanges] = "\(hub.changesPerCommit)"
        return reply
    }

    private func takeBack(_ call: HubCall) async throws -> Reply {
        let (agent, caller) = try known(call)
        let frames = try Frames.split(call.body)
        let answer = try await hub.takeBack(frames, agent: agent, agentTime: caller.time, now: call.now)
        switch answer {
        case .receipt(let receipt):
            call.logger.notice(
                "decisions came back",
                metadata: ["site": "\(agent.site.name)", "generation": "\(receipt.replica.short)", "through": "\(receipt.last)"])
        case .refusal(let refusal):
            call.logger.warning(
                "decisions not taken back: \(refusal.message)", metadata: ["site": "\(agent.site.name)", "code": "\(refusal.code)"])
        case .fork, .gap, .page, .images: break
        }
        return try answered(.decisions, answer, call, sent: frames)
    }

    private struct PullQuestion: Decodable {
        let cursor: String?
        let waitMilliseconds: UInt64
        let maxBytes: Int
        let replicas: [String]?
        /// At most how many ranges for each topic of the digest.
        let digest: Int?
        let again: FeedInterval?
        /// The agent compares what it holds before it shows what comes.
        let rebase: Bool?
        let report: AgentReport?
        /// It keeps operators' decisions for the hub.
        let decisions: Bool?
    }

    private func pull(_ call: HubCall) async throws -> Reply {
        let (agent, _) = try known(call)
        let question = try call.json(PullQuestion.self)
        let request = PullRequest(
            cursor: try question.cursor.map { try Self.part($0, "cursor") { Hexadecimal.bytes($0).flatMap { Position(bytes: $0) } } },
            waitMilliseconds: question.waitMilliseconds, maxBytes: question.maxBytes,
            replicas: try question.replicas.map { ids in Set(try ids.map { try Self.part($0, "replicas") { ReplicaID($0) } }) },
            digestRanges: question.digest, again: question.again, rebases: question.rebase ?? false, report: question.report,
            keepsDecisions: question.decisions ?? false)
        return try answered(.pull, try await hub.pull(request, agent: agent, clock: clock), call)
    }

    private struct ImagesQuestion: Decodable {
        let source: String
        /// Without replica and counter: what the records hold now.
        let replica: String?
        let counter: UInt64?
        /// With them: what they hold now in the histories that contain that dot.
        let newest: Bool?
        let after: String?
    }

    private func images(_ call: HubCall) async throws -> Reply {
        let (agent, _) = try known(call)
        let question = try call.json(ImagesQuestion.self)
        let answer = try await hub.images(
            source: try Self.part(question.source, "source") { SourceID($0) },
            upTo: try question.replica.map { Dot(try Self.part($0, "replica") { ReplicaID($0) }, question.counter ?? 0) },
            isNewest: question.newest ?? false,
            after: try question.after.map { try Self.part($0, "after") { Hexadecimal.bytes($0) } },
            agent: agent, now: call.now)
        return try answered(.images, answer, call)
    }

    private struct SharedQuestion: Decodable {
        let replica: String
        let ends: [SetEnd]
    }

    private func shared(_ call: HubCall) async throws -> Reply {
        let (agent, _) = try known(call)
        let question = try call.json(SharedQuestion.self)
        let replica = try Self.part(question.replica, "replica") { ReplicaID($0) }
        return try answered(.shared, try await hub.shared(replica, ends: question.ends, agent: agent, now: call.now), call)
    }

    private func mappings(_ call: HubCall) async throws -> Reply {
        let (agent, _) = try known(call)
        return try answered(.mappings, try await hub.take(call.json(MappingReport.self), agent: agent, now: call.now), call)
    }

    /// The gate lets nobody in on an agent's route without both.
    private func known(_ call: HubCall) throws(HubServerError) -> (AgentRecord, SignedCaller) {
        guard let agent = call.agent, let caller = call.caller else {
            throw HubServerError(.noSignature, "The request is not signed.", remedy: "Only tributary-agent asks here.")
        }
        return (agent, caller)
    }

    /// Signs the answer, and has it noted in the log of the agent's site. What is thrown instead is noted at the gate.
    ///
    /// - Parameter sent: the change-sets of a push.
    private func answered(_ kind: Exchange.Kind, _ answer: Answer, _ call: HubCall, sent: [[UInt8]] = []) throws -> Reply {
        let (agent, caller) = try known(call)
        let reply = Reply.answer(try answer.encoded(nonce: caller.nonce, key: hub.signingKey))
        var request = Exchange.Request(kind, bytesIn: call.body.count, bytesOut: reply.bytes.count)
        request.sets = sent.count
        // Of a set that cannot be read nobody knows how many it holds; that it was refused stands beside it.
        request.changes = sent.reduce(0) { $0 &+ ((try? ChangeSetCodec.header(of: $1).count) ?? 0) }
        request.outcome = answer.outcome
        request.entries = answer.entryCount
        // A pull may have waited long.
        hub.noteExchange(request, of: agent, at: clock())
        return reply
    }

    private static func part<Part>(_ text: String, _ name: String, read: (String) -> Part?) throws(ServerError) -> Part {
        guard let part = read(text) else {
            throw ServerError(
                .badRequest, "The body's \(name) has not its form.", remedy: "See the route's request body in protocol/openapi.yaml.")
        }
        return part
    }
}

extension HubRoute {
    /// What an agent asks here, as its site's log calls it; `nil`: no agent asks here.
    var exchange: Exchange.Kind? {
        access == .agent ? path.split(separator: "/").last.flatMap { Exchange.Kind(rawValue: String($0)) } : nil
    }
}

extension Answer {
    /// As a site's log has it: empty, or why nothing was taken.
    fileprivate var outcome: String {
        switch self {
        case .receipt, .page, .images: ""
        case .refusal(let refusal): refusal.code
        case .fork: "fork"
        case .gap: "gap"
        }
    }

    fileprivate var entryCount: Int {
        switch self {
        case .page(let page): page.entries.count
        case .images(let page): page.records.count
        case .receipt, .refusal, .fork, .gap: 0
        }
    }
}

/// The body of a push: per change-set its length (u32, little-endian) and its bytes.
enum Frames {
    /// Each holds a change at least, and an agent sends so many at most.
    static let framesMax = Limits.changesMax

    static func split(_ body: [UInt8]) throws(ServerError) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var offset = 0
        while offset < body.count {
            guard body.count - offset >= 4 else { throw cut(frames.count) }
            let length = (0..<4).reduce(0) { $0 | Int(body[offset + $1]) << (8 * $1) }
            offset += 4
            guard length <= body.count - offset else { throw cut(frames.count) }
            guard frames.count < framesMax else {
                throw ServerError(
                    .badRequest, "The push has more than \(framesMax) frames.", remedy: "Send fewer change-sets in one push.")
            }
            frames.append(Array(body[offset..<offset + length]))
            offset += length
        }
        return frames
    }

    private static func cut(_ whole: Int) -> ServerError {
        ServerError(
            .badRequest, "The push ends inside its frame \(whole + 1).",
            remedy: "Send it again; if it stays so, look at what stands between agent and hub.")
    }
}
