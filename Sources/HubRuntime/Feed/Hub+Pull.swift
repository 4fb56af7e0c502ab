import Causality
import ChangeSets
import Mutants
import Oddities

/// What an agent asks of the feed.
public struct PullRequest: Hashable, Sendable {
    /// What its local replica contains; `nil`: nothing.
    public var cursor: Position?
    /// Within a scan that goes on: the number reached by the page before. Never below the cursor's.
    public var from: UInt64?
    /// How long to wait while nothing new is in scope; 0 answers at once.
    public var waitMilliseconds: UInt64
    /// Soft: a page ends at the first whole number of the line at or beyond it.
    public var maxBytes: Int
    /// Own replicas whose receipts are wanted; `nil`: all of the site.
    public var replicas: Set<ReplicaID>?
    /// How many ranges a topic of the digest may have that the page with `consistentAt` shall bring; `nil`: none is wanted.
    public var digestRanges: Int?
    /// What is wanted once more, in place of news.
    public var again: FeedInterval?
    /// The agent holds all that it has against the digest before it shows what comes: it may go on from below the floor.
    public var rebases: Bool
    /// What the agent tells of itself.
    public var report: AgentReport?
    /// It keeps operators' decisions for the hub, and wants those of the page's numbers (S24).
    public var keepsDecisions: Bool

    public init(
        cursor: Position? = nil, from: UInt64? = nil, waitMilliseconds: UInt64 = 0, maxBytes: Int = 1 << 20,
        replicas: Set<ReplicaID>? = nil,
        digestRanges: Int? = nil, again: FeedInterval? = nil, rebases: Bool = false, report: AgentReport? = nil,
        keepsDecisions: Bool = false
    ) {
        self.keepsDecisions = keepsDecisions
        self.replicas = replicas
        self.digestRanges = digestRanges
        self.again = again
        self.rebases = rebases
        self.report = report
        self.cursor = cursor
        self.from = from
        self.waitMilliseconds = waitMilliseconds
        self.maxBytes = maxBytes
    }

    /// How long an empty page may wait for news: what is asked for once more, or as a sum, is there at once.
    func heldMilliseconds(atMost most: UInt64) -> UInt64 { again == nil && digestRanges == nil ? min(waitMilliseconds, most) : 0 }
}

extension Hub {
    /// One page of the agent's feed (`Answer.page`), waiting for news if asked to.
    ///
    /// A cursor that is not on the line, or below the floor for who does not rebase, gets an empty page that says `restart`.
    ///
    /// - Parameter clock: gives the time for each read, since a pull may wait long.
    public func pull(_ request: PullRequest, agent: AgentRecord, clock: @escaping @Sendable () -> Timestamp) async throws -> Answer {
        try Self.checkNotRevoked(agent)
        let wait = request.heldMilliseconds(atMost: options.pullWaitMillisecondsMax)
        let deadline = ContinuousClock.now.advanced(by: .milliseconds(wait))
        await noteView(of: agent, cursor: request.cursor, now: clock())
        await noteQuestion(request, agent: agent, now: clock())
        var request = request
        while true {
            let page = try await page(request, agent: agent, now: clock())
            _ = notes.change(agent.key, at: Timestamp(milliseconds: 0)) { $0.gave(page) }
            if page.restart, let cursor = request.cursor { try await noteRollback(named: cursor, by: agent, now: clock()) }
            guard page.entries.isEmpty, page.kept?.decisions.isEmpty ?? true, !page.restart, wait > 0, let head = page.consistentAt,
                ContinuousClock.now < deadline,
                await newsArrives(beyond: head.number, by: deadline)
            else {
                // Of a rebase nothing is shown yet.
                views.gave(request.rebases ? nil : page.consistentAt, to: agent.site.number)
                return .page(page)
            }
            // Nothing up to here was in scope: it need not be looked at again.
            request.from = head.number
        }
    }

    public func pull(_ request: PullRequest, agent: AgentRecord, now: Timestamp) async throws -> Answer {
        try await pull(request, agent: agent, clock: { now })
    }

    private func newsArrives(beyond number: UInt64, by deadline: ContinuousClock.Instant) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { await self.commits.wait(beyond: number) }
            group.addTask {
                // Cancelled when news came first.
                try? await Task.sleep(until: deadline, clock: .continuous)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    private func page(_ request: PullRequest, agent: AgentRecord, now: Timestamp) async throws -> FeedPage {
        let standing = standing.withLock { $0 }
        let bytesMax = max(1, min(request.maxBytes, options.pageBytesMax))
        return try await store.read { store in
            if let present = try store.agent(agent.key) { try Self.checkNotRevoked(present) }
            let documents = try Documents(store: store, standing: standing, now: now)
            let start = max(request.cursor?.number ?? 0, request.from ?? 0)
            var page = FeedPage(
                entries: [], reached: documents.standing.head.position, consistentAt: nil, restart: false,
                own: try self.own(agent, request, documents, now), held: try self.held(agent, documents), time: now)
            guard try Self.isOnLine(request.cursor, rebases: request.rebases, documents), start <= documents.standing.head.number,
                !Oddity.beginsFeedAnew.happens
            else {
                page.restart = true
                page.reached = Self.beginning(self.generation.id)
                return page
            }
            var reader = FeedReader(documents: documents, scope: Scope(agent.site))
            if let interval = request.again {
                let piece = try reader.piece(of: interval, bytesMax: bytesMax)
                (page.entries, page.again) = (piece.entries, piece.reached)
                page.reached = request.cursor ?? Self.beginning(self.generation.id)
                return page
            }
            var piece = try reader.piece(after: Mutant.feedSkipsNumber.isOn ? start + 1 : start, bytesMax: bytesMax)
            if request.keepsDecisions {
                let decided = try DecisionReader(documents: documents, seal: DecisionSeal(self.signingKey))
                    .piece(after: start, through: piece.reached)
                if decided.isLarge { reader.numberBytesMax = FeedReader.numberBesideLargeBytesMax }
                if decided.isLarge || decided.reached < piece.reached {
                    piece = try reader.piece(after: start, through: decided.reached, bytesMax: bytesMax)
                }
                // That may have come less far.
                page.kept = KeptDecisions(
                    keepUntil: documents.standing.backup, decisions: decided.decisions.filter { $0.number <= piece.reached })
            }
            page.entries = piece.entries
            if piece.reached >= documents.standing.head.number, !Oddity.isNeverQuiteThere.happens {
                page.consistentAt = documents.standing.head.position
                if let ranges = request.digestRanges {
                    page.digest = try self.digests.digest(ranges: ranges, DigestReader(documents: documents, scope: Scope(agent.site)))
                }
            } else {
                page.reached = Self.partway(to: documents.standing, at: piece.reached)
            }
            return page
        }
    }

    private static func beginning(_ generation: ReplicaID) -> Position {
        LineRow(number: 0, generation: generation, hash: Digest.zero.bytes).position
    }

    /// Whether a position is one that this hub gave, and still has everything that it counted (S23).
    ///
    /// - Parameter rebases: it need not have everything: what went is found by the digest.
    static func isOnLine(_ cursor: Position?, rebases: Bool, _ documents: Documents) throws -> Bool {
        guard let cursor, cursor.number > 0 else { return true }
        let floor = documents.standing.floor
        let way = partway(cursor)
        guard rebases || cursor.number >= floor || way?.floor == floor || Mutant.ignoresFloor.isOn,
            cursor.number <= way?.head ?? cursor.number, let line = try documents.store.line(way?.head ?? cursor.number)
        else { return false }
        return line.position.line == cursor.line || Mutant.ignoresLineOfCursor.isOn
    }

    /// The cursor of a page that is followed by others: up to `number` it has what stood below the head's number when it was read, and what
    /// had changed since `number` is still to come. So it is worth something only on a line that has that head, too: a hub that was restored
    /// to before it has older versions of these, with numbers that the cursor has passed. Nor with another floor than that of then: a load
    /// that began above the same one has missed no deletion, and goes on.
    ///
    /// In place of a generation it bears both numbers; drawn ones are hardly ever that small.
    private static func partway(to standing: Standing, at number: UInt64) -> Position {
        var position = standing.head.position
        position.generation = ReplicaID(high: standing.head.number, low: standing.floor)
        position.number = number
        return position
    }

    /// What such a cursor counts on; `nil` for one of a page after which there was none.
    static func partway(_ cursor: Position) -> (head: UInt64, floor: UInt64)? {
        let (head, floor) = (cursor.generation.high, cursor.generation.low)
        return max(head, floor) < 1 << 40 ? (head, floor) : nil
    }

    /// Where the hub stands with each replica of the agent's site (S22).
    ///
    /// Of those that were not asked for, only what has come since the agent's cursor: a writer may have opened while it waited.
    private func own(_ agent: AgentRecord, _ request: PullRequest, _ documents: Documents, _ now: Timestamp) throws -> [Receipt] {
        let since = request.cursor?.number ?? .max
        let known = ownReplicas(agent, documents).filter { replica in
            request.replicas?.contains(replica.id) ?? true || replica.position > since || Oddity.tellsAllStandings.happens
        }.map(\.id)
        // A restored hub may never have heard of a replica. It says so, or a site with nothing new to send would keep to itself what was forgotten.
        let unheard = (request.replicas ?? []).filter { documents.standing.replica($0)?.source == nil }.sorted()
        return try (known + unheard).map { try receipt($0, documents.standing, documents.store, now) }
    }

    private func ownReplicas(_ agent: AgentRecord, _ documents: Documents) -> [ReplicaRow] {
        documents.standing.replicas.filter { replica in
            replica.source.flatMap { documents.standing.source($0) }?.site == agent.site.number
        }
    }

    /// Own changes that wait or stand in quarantine (S27), the first of them where they are very many: of the others the site just does
    /// not know that they are.
    private func held(_ agent: AgentRecord, _ documents: Documents) throws -> [Dot] {
        guard documents.standing.heldCount > 0 else { return [] }
        var held: [Dot] = []
        for replica in ownReplicas(agent, documents) where held.count < Self.heldDotsMax {
            held += try documents.store.heldDots(replica: replica.number, limit: Self.heldDotsMax - held.count).map { Dot(replica.id, $0) }
        }
        return held
    }

    /// Held changes that a page names.
    static let heldDotsMax = 10_000
}
