import Capture
import Causality
import ChangeSets
import Crypto
import Foundation

/// What programs on this machine ask and post: the local replica read with `seen` tokens, and writes into the agent's journal.
///
/// It answers from this machine alone, whether or not there is a line.
public struct LoopbackDesk: Sendable {
    private let agent: Agent
    /// Told when something was posted, so that it is sent at once.
    private let onPosted: @Sendable () async -> Void

    public init(agent: Agent, onPosted: @escaping @Sendable () async -> Void) {
        self.agent = agent
        self.onPosted = onPosted
    }

    // MARK: look-ups

    public func customers(_ lookUp: LookUp) throws -> [UInt8] {
        try answer("customers") {
            try agent.view.customers(lookUp)
        } draw: { finding, showing, item in
            let profile = finding.document.flatMap { ProfileDocument($0) }
            if let profile { showing.show(profile) }
            Self.add("profile", finding.document, &item)
            let own = try agent.view.ownStates((profile?.records ?? []).compactMap(\.id))
            item.array("own") { list in for state in own { list.appendObject { showing.draw(state, &$0) } } }
            showing.drawUnsent(finding.unsent, &item)
        }
    }

    public func stock(sku: String) throws -> [UInt8] {
        try answer("stock") {
            try agent.view.stock(sku: sku)
        } draw: { finding, showing, item in
            item.add("sku", finding.sku)
            item.add("location", finding.location)
            Self.add("figure", finding.document, &item)
            item.add("unsentMovement", finding.unsentMovement)
            if let count = finding.unsentCount { item.add("unsentCount", count) }
            showing.show(finding)
        }
    }

    public func orders(number: String) throws -> [UInt8] {
        try answer("orders") {
            try agent.view.orders(number: number)
        } draw: { finding, showing, item in
            item.add("record", finding.life.description)
            if let order = finding.document.flatMap({ OrderDocument($0) }) { showing.show(order) }
            Self.add("order", finding.document, &item)
            draw(finding, &showing, &item)
        }
    }

    public func records(_ question: RecordQuestion) throws -> [UInt8] {
        let entity = EntityName(question.entity)
        guard let key = LocalKey(posted: question.key) else {
            throw AgentError(.badPost, "A key is a text, a whole number, or a list of these.", remedy: "Use the key that your system has.")
        }
        return try answer("records") {
            guard let source = question.source else {
                return try agent.view.records([try agent.keeper.posted.record(entity, key)].compactMap { $0 })
            }
            guard let attached = try AttachedSource.all(in: agent.database).first(where: { $0.name == Text(source) }) else {
                throw AgentError(.unknownSource, "No source is attached as \(source).", remedy: "See tributary-agent status for the names.")
            }
            return try agent.view.records(entity, key, of: attached.id)
        } draw: { finding, showing, item in
            item.add("record", finding.life.description)
            draw(finding, &showing, &item)
        }
    }

    private func draw(_ finding: RecordFinding, _ showing: inout Showing, _ item: inout JSONDocument) {
        if let state = finding.state { item.object("merged") { showing.draw(state, &$0) } }
        showing.drawUnsent(finding.unsent, &item)
    }

    private static func add(_ name: String, _ document: Data?, _ item: inout JSONDocument) {
        if let document { item.add(name, document: document) } else { item.addNull(name) }
    }

    /// `{"asOf", "loading", name: [{…, "seen"}]}`.
    private func answer<Finding>(
        _ name: String, _ find: () throws -> Found<Finding>, draw: (Finding, inout Showing, inout JSONDocument) throws -> Void
    ) throws -> [UInt8] {
        try agent.own.catchUp()
        let found = try find()
        // After the look, so that it holds all that was shown; only where something own was.
        var moment: UInt64?
        return try JSONDocument.object { document in
            if let asOf = found.asOf { document.add("asOf", asOf.milliseconds) } else { document.addNull("asOf") }
            document.add("loading", found.isLoading)
            try document.array(name) { list in
                for finding in found.findings {
                    try list.appendObject { item in
                        var showing = Showing()
                        try draw(finding, &showing, &item)
                        if showing.hasOwn, moment == nil { moment = try issue() }
                        item.add("seen", showing.token(moment: showing.hasOwn ? moment ?? 0 : 0))
                    }
                }
            }
        }
    }

    /// The present moment, as tokens name it (S13).
    private func issue() throws -> UInt64 {
        var random = SystemRandomNumberGenerator()
        var clock = ByteWriter()
        for replica in try Journal(agent.database).sealedReplicas() {
            clock.replica(replica.replica)
            clock.varint(replica.sealed)
        }
        return try SeenMoment.issue(clock.bytes, now: agent.clock.wall(), in: agent.database, random: &random)
    }

    /// One record of this site, by its key.
    public struct RecordQuestion: Decodable, Sendable {
        var entity: String
        /// One value or a list of them.
        var key: JSONInput
        /// The name of an attached file; `nil`: what was posted here.
        var source: String?
    }

    // MARK: writes

    private struct Batch: Decodable { var writes: [PostedJSON] }

    public static let writesMax = 1_000
    public static let keyBytesMax = 200

    /// Takes a batch, all or nothing; what is answered is on disk.
    ///
    /// - Parameter key: names the batch, so that it may be sent again.
    /// - Throws: `AgentError.badPost`, `.lookAgain`, `.movedElsewhere`, `CaptureError.keyReused` and what a disk says.
    public func post(_ body: [UInt8], key: String) async throws -> [UInt8] {
        guard !key.isEmpty, key.utf8.count <= Self.keyBytesMax else {
            throw AgentError(
                .badPost, "The batch has no idempotency key, or one longer than \(Self.keyBytesMax) bytes.",
                remedy: "Draw one (a UUID) for each batch, and send it as Idempotency-Key; the same key again has no second effect.")
        }
        let digest = Array(SHA256.hash(data: Data(body)))
        // Whatever has changed since: what was taken once is answered as it was then.
        if let answer = try agent.keeper.posted.answer(to: key, digest: digest) { return answer }
        let batch = try Self.batch(body)
        var writes: [PostedWrite] = []
        var moments: Set<UInt64> = []
        var free: Set<Text> = []
        for (index, json) in batch.writes.enumerated() {
            let token = try json.seen.map { try SeenToken($0) }
            let write = try PostedReader(place: "writes[\(index)]").write(json, token: token)
            if let moment = token?.moment, moment != 0 { moments.insert(moment) }
            if let effect = write.stock { try await check(effect, place: index, free: &free) }
            writes.append(write)
        }
        switch try take(writes, moments: moments, key: key, digest: digest) {
        case .repeated(let answer): return answer
        case .posted(let answer):
            await onPosted()
            return answer
        }
    }

    private static func batch(_ body: [UInt8]) throws(AgentError) -> Batch {
        guard let batch = try? JSONDecoder().decode(Batch.self, from: Data(body)) else {
            throw AgentError(
                .badPost, "The body is not {\"writes\":[…]}.", remedy: "See docs/operating/loopback.md for the members of a write.")
        }
        guard !batch.writes.isEmpty, batch.writes.count <= writesMax else {
            throw AgentError(
                .badPost, "A batch holds 1 to \(writesMax) writes; this one has \(batch.writes.count).", remedy: "Send it in pieces.")
        }
        return batch
    }

    /// One site's share of a pile has one source of movements (S32); a count may come from elsewhere if it knows what it includes.
    ///
    /// - Parameter free: locations that no attached file moves, as found so far.
    private func check(_ effect: StockEffect, place: Int, free: inout Set<Text>) async throws {
        switch effect {
        case .movement(let movement) where movement.kind == .reservation || movement.kind == .release: return
        case .count(let count) where count.coverage != .chain: return
        default: break
        }
        guard !free.contains(effect.location) else { return }
        guard let mover = try await agent.keeper.mover(of: effect.location) else {
            free.insert(effect.location)
            return
        }
        throw AgentError(
            .movedElsewhere, "writes[\(place)] moves stock at \(effect.location), which the attached source \(mover) moves.",
            remedy: "Let \(mover) tell it, or use a location of your own; a count may come from here with the `seen` of a stock look-up.")
    }

    private func take(
        _ writes: [PostedWrite], moments: Set<UInt64>, key: String, digest: [UInt8]
    ) throws -> PostedSource.Outcome {
        var random = SystemRandomNumberGenerator()
        do { return try post(writes, moments: moments, key: key, digest: digest, random: &random) } catch let error as ChangeSetError {
            throw AgentError(
                .badPost, "The batch holds what no change-set can: \(error.message)", remedy: "Make it smaller. Nothing of it was taken.")
        }
    }

    private func post(
        _ writes: [PostedWrite], moments: Set<UInt64>, key: String, digest: [UInt8], random: inout some RandomNumberGenerator
    ) throws -> PostedSource.Outcome {
        try agent.keeper.posted.post(
            writes, key: key, digest: digest, moments: moments, now: agent.clock.wall(), random: &random
        ) { posted in
            JSONDocument.object { document in
                document.array("writes") { list in
                    for change in posted {
                        list.appendObject { item in
                            item.add("dot", change.dot.description)
                            if let record = change.record { item.add("record", record.life.description) }
                        }
                    }
                }
            }
        }
    }
}
