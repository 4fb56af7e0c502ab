import Causality
import ChangeSets
import Mutants
import Oddities

extension Hub {
    /// A change-set that passed everything that needs no look at the store.
    private struct Frame: Sendable {
        var header: ChangeSetHeader
        var hash: Digest
        var bytes: [UInt8]
    }

    /// Whose change-sets they are.
    private enum Writer: Sendable {
        case agent
        /// The hub's own, which the agent kept for it (S24).
        case hub(DecisionSeal)

        var isHub: Bool { if case .hub = self { true } else { false } }
    }

    /// Why the rest of a push is not looked at.
    private struct Obstacle: Sendable {
        var code: String
        var message: String
        var remedy: String
        var replica: ReplicaID?
    }

    /// Takes change-sets of one replica in, in order; answers when they are on disk.
    ///
    /// What precedes a refused set is kept, and the answer's standing says so. A repeat has no effect and gets the
    /// standing it had. `gap` names the replica that something is missing of: its own, or the one that its opening follows.
    ///
    /// - Parameters:
    ///   - agentTime: the agent's clock as it signed the request; gives the measured offset.
    ///   - now: the hub's clock.
    /// - Throws: `HubError`: a revoked agent, or a store that cannot write; nothing was acknowledged then.
    public func push(_ frames: [[UInt8]], agent: AgentRecord, agentTime: Timestamp, now: Timestamp) async throws -> Answer {
        if Oddity.isBusy.happens { throw HubError(.busy, "The hub is busy.", remedy: "Nothing: it is tried again by itself.") }
        return try await take(frames, of: .agent, from: agent, agentTime: agentTime, now: now)
    }

    /// Takes back what operators decided after the backup that the hub was restored from, as an agent kept it: change-sets of one
    /// generation, in order, each under its old dots and once (S24).
    ///
    /// Answers like `push`. What this hub did not seal and sign is refused with `decision-not-ours`, and nobody's word counts for it.
    ///
    /// - Throws: `HubError`: a revoked agent, or a store that cannot write; nothing was acknowledged then.
    public func takeBack(_ sealed: [[UInt8]], agent: AgentRecord, agentTime: Timestamp, now: Timestamp) async throws -> Answer {
        let answer = try await take(sealed, of: .hub(DecisionSeal(signingKey)), from: agent, agentTime: agentTime, now: now)
        returns.note(answer, from: agent.site.name)
        // What was decided is no longer counted as open.
        tally.forget()
        return answer
    }

    private func take(
        _ frames: [[UInt8]], of writer: Writer, from agent: AgentRecord, agentTime: Timestamp, now: Timestamp
    ) async throws -> Answer {
        try Self.checkNotRevoked(agent)
        let (valid, obstacle) = checked(frames, of: writer, key: writer.isHub ? signingKey.publicKey : agent.key)
        let offset = Int64(bitPattern: agentTime.milliseconds &- now.milliseconds)
        // In commits of limited size, between which other agents' pushes come: what an earlier one holds stays, whatever becomes of the next.
        var rest = valid[...]
        while true {
            let part = Self.prefix(of: rest, changes: changesPerCommit)
            rest = rest.dropFirst(part.count)
            if let answer = try await commit(
                part, of: writer, from: agent, offset: offset, now: now, obstacle: obstacle, isLast: rest.isEmpty)
            {
                return answer
            }
        }
    }

    /// The first frame, and those after it that together hold no more changes than this.
    private static func prefix(of frames: ArraySlice<Frame>, changes limit: Int) -> ArraySlice<Frame> {
        var changes = 0
        return frames.prefix { frame in
            defer { changes += frame.header.count }
            return changes == 0 || changes + frame.header.count <= limit
        }
    }

    /// - Returns: `nil` to go on with the next part of the push.
    private func commit(
        _ frames: ArraySlice<Frame>, of writer: Writer, from agent: AgentRecord, offset: Int64, now: Timestamp, obstacle: Obstacle?,
        isLast: Bool
    ) async throws -> Answer? {
        let bytes = frames.reduce(256) { $0 + $1.bytes.count }
        let changes = frames.reduce(0) { $0 + $1.header.count }
        return try await queue.submit(bytes: bytes, changes: changes, to: self) { store, standing, isolation in
            var agent = agent
            agent.lastHeard = now
            agent.clockOffsetMilliseconds = offset
            // What was decided when the request came may have changed while it waited.
            if let present = try store.agent(agent.key) { agent.isRevoked = present.isRevoked }
            try Self.checkNotRevoked(agent)
            try store.put(agent)
            for frame in frames {
                let answer = try self.admit(frame, of: writer, from: agent, offset: offset, now: now, store, &standing, isolation)
                if let answer { return answer }
            }
            guard isLast else { return nil }
            let receipt = try self.receipt(obstacle?.replica ?? frames.last?.header.replica, standing, store, now)
            guard let obstacle else { return .receipt(receipt) }
            return .refusal(
                Refusal(code: obstacle.code, message: obstacle.message, remedy: obstacle.remedy, standing: receipt, isFinal: true))
        }
    }

    static func checkNotRevoked(_ agent: AgentRecord) throws {
        guard agent.isRevoked else { return }
        throw revoked(agent.site.name)
    }

    // MARK: before the queue

    private func checked(_ frames: [[UInt8]], of writer: Writer, key: VerifyingKey) -> (valid: [Frame], obstacle: Obstacle?) {
        var valid: [Frame] = []
        for frame in frames {
            var bytes = frame
            if case .hub(let seal) = writer {
                guard let opened = seal.opened(frame) else { return (valid, Self.notOurs) }
                bytes = opened
            }
            switch check(bytes, key: key, replica: valid.first?.header.replica) {
            case .success(let frame): valid.append(frame)
            case .failure(let obstacle): return (valid, obstacle.obstacle)
            }
        }
        guard valid.isEmpty else { return (valid, nil) }
        return ([], Obstacle(code: "push-empty", message: "The push holds no change-set.", remedy: "Update the agent.", replica: nil))
    }

    private static let notOurs = Obstacle(
        code: "decision-not-ours", message: "This hub did not make that decision, or it was changed since.",
        remedy: "Check that the hub was restored with its own key; else look for damage on that site's disk.", replica: nil)

    private static let ofThisStart = Obstacle(
        code: "decision-of-this-start",
        message: "The hub has forgotten what it decided since it was started: its machine was put back while it ran. Start it again.",
        remedy: "Start the hub again: it takes them then.", replica: nil)

    private struct Stop: Error {
        var obstacle: Obstacle
    }

    private func check(_ bytes: [UInt8], key: VerifyingKey, replica: ReplicaID?) -> Result<Frame, Stop> {
        func stop(_ code: String, _ message: String, _ remedy: String, _ replica: ReplicaID?) -> Result<Frame, Stop> {
            .failure(Stop(obstacle: Obstacle(code: code, message: message, remedy: remedy, replica: replica)))
        }
        var header: ChangeSetHeader?
        do {
            guard bytes.count <= Limits.setBytesMax else {
                let known = try? ChangeSetCodec.header(of: bytes)
                return stop(
                    ChangeSetError.Code.tooLarge.rawValue, "A change-set has \(bytes.count) bytes; the hub takes \(Limits.setBytesMax).",
                    "The agent cuts it into smaller ones.", known?.replica)
            }
            header = try ChangeSetCodec.header(of: bytes)
            let hash = try ChangeSetCodec.verify(bytes, key: key)
            guard let header else { return stop("changeset-damaged", "No header.", "Send it again.", nil) }
            guard header.last <= RecordNumber.counterMax else {
                return stop(
                    "counter-too-large", "Counter \(header.last) is beyond any replica's.", "Open a new incarnation.", header.replica)
            }
            guard replica == nil || replica == header.replica else {
                return stop(
                    "push-mixed", "One push holds change-sets of two replicas.", "Send one replica's change-sets in a push.", header.replica
                )
            }
            return .success(Frame(header: header, hash: hash, bytes: bytes))
        } catch let error as ChangeSetError {
            return stop(error.code.rawValue, error.message, error.remedy, header?.replica)
        } catch {
            return stop("changeset-damaged", "\(error)", "Send it again.", header?.replica)
        }
    }

    // MARK: in the transaction

    /// - Returns: `nil` to go on with the next frame.
    private func admit(
        _ frame: Frame, of writer: Writer, from agent: AgentRecord, offset: Int64, now: Timestamp, _ store: any HubWriting,
        _ standing: inout Standing, _ isolation: Isolation
    ) throws -> Answer? {
        func refused(_ code: String, _ message: String, _ remedy: String) throws -> Answer {
            .refusal(
                Refusal(
                    code: code, message: message, remedy: remedy, standing: try receipt(frame.header.replica, standing, store, now),
                    isFinal: true))
        }
        if !writer.isHub, let stranger = try stranger(frame.header, agent, standing, store) {
            return try refused("replica-of-another", stranger, Self.strangerRemedy)
        }
        let known = standing.replica(frame.header.replica)
        let journaled = try known.flatMap { try store.journal(replica: $0.number, first: frame.header.first)?.hash }
        let followed = frame.header.opening?.follows.flatMap { standing.replica($0.replica) }
        switch ChainPlace(frame.header, hash: frame.hash, known: known, journaled: journaled, followed: followed) {
        case .repeat: if !Mutant.appliesRepeats.isOn { return nil }
        case .fork: return .fork(try receipt(frame.header.replica, standing, store, now))
        case .gap(let replica): return .gap(try receipt(replica, standing, store, now))
        case .next where writer.isHub && frame.header.replica == generation.id:
            // What this start of the hub decided, and does not know any more (S23).
            return .refusal(
                Refusal(
                    code: Self.ofThisStart.code, message: Self.ofThisStart.message, remedy: Self.ofThisStart.remedy,
                    standing: try receipt(frame.header.replica, standing, store, now), isFinal: false))
        case .next where known == nil && !writer.isHub && standing.replicas.count >= options.replicasMax:
            return .refusal(
                Refusal(
                    code: "replicas-too-many", message: "The hub knows \(standing.replicas.count) writers, as many as it can.",
                    remedy: "No sites make so many: look which agent opens a new history again and again, and report this.",
                    standing: try receipt(frame.header.replica, standing, store, now), isFinal: false))
        case .next: break
        }
        let set: ChangeSet
        do { set = try ChangeSetCodec.decode(frame.bytes) } catch let error as ChangeSetError {
            return try refused(error.code.rawValue, error.message, error.remedy)
        }
        let arrival = SetAdmission.Arrival(
            set: set, hash: frame.hash, bytes: frame.bytes, key: writer.isHub ? signingKey.publicKey : agent.key,
            site: writer.isHub ? SourceRow.hubSite : agent.site.number, received: now, offsetMilliseconds: writer.isHub ? 0 : offset)
        do {
            standing = try isolation.alone(in: store) {
                let batch = Batch(store: store, standing: standing, sites: try store.sites(), received: now, bound: options.clockBound)
                try SetAdmission(batch: batch, generation: generation.id).admit(arrival)
                return batch.standing
            }
        } catch let error as HubError {
            throw error
        } catch let error as Isolation.NeedsSavepoints {
            throw error
        } catch {
            // Its own bytes led to something that nobody foresaw: this set alone is refused, and everything else goes on.
            logger.error(
                "A change-set could not be taken in.",
                metadata: ["replica": "\(set.replica)", "first": "\(set.first)", "error": "\(error)"])
            return .refusal(
                Refusal(
                    code: "changeset-not-taken", message: "The hub could not take the change-set in: \(error)",
                    remedy: "It stays at the agent and is tried again; report this with the hub's log.",
                    standing: try receipt(frame.header.replica, standing, store, now), isFinal: false))
        }
        return nil
    }

    private static let strangerRemedy =
        "Attach the file with `tributary-agent attach --take-over` at its present site, or attach a file of its own."

    /// Whether the set is of a replica or a source that belongs to somebody else.
    private func stranger(_ header: ChangeSetHeader, _ agent: AgentRecord, _ standing: Standing, _ store: any HubReading) throws -> String?
    {
        func belongs(_ source: SourceNumber?) -> Bool { source.flatMap { standing.source($0) }?.site == agent.site.number }
        if let known = standing.replica(header.replica), known.last > 0 || known.source != nil {
            return belongs(known.source) ? nil : "The replica \(header.replica.short) belongs to another site, or to the hub."
        }
        guard let opening = header.opening else { return nil }
        if try store.generations().contains(where: { $0.id == header.replica }) {
            return "The replica \(header.replica.short) is the hub itself."
        }
        if let source = standing.source(opening.source), source.site != agent.site.number {
            return "The source \(opening.name) belongs to another site."
        }
        if let follows = opening.follows, let followed = standing.replica(follows.replica), followed.source != nil,
            !belongs(followed.source)
        {
            return "The replica it follows belongs to another site."
        }
        return nil
    }

    /// Where the hub stands with a replica, as the transaction sees it: the same for the same last set, however often asked.
    func receipt(_ replica: ReplicaID?, _ standing: Standing, _ store: any HubReading, _ now: Timestamp) throws -> Receipt {
        let row = replica.flatMap { standing.replica($0) }
        let line = try row.flatMap { $0.position > 0 ? try store.line($0.position) : nil } ?? standing.head
        return Receipt(
            replica: replica ?? ReplicaID(high: 0, low: 0), last: row?.last ?? 0, hash: row?.hash ?? .zero, position: line.position,
            keepUntil: Oddity.keepsNothingBackedUp.happens ? 0 : standing.backup, time: now)
    }
}
