import Causality
import ChangeSets

import struct Crypto.SHA256

/// A one-time enrolment token, shown once and kept only as its hash.
public struct EnrolmentToken: Hashable, Sendable {
    public var site: String
    /// 40 characters.
    public var token: String
    public var expires: Timestamp
}

extension Hub {
    public static let siteNameBytesMax = 64

    /// Adds a site and gives the token that its agent enrols with.
    ///
    /// - Throws: `site-name-invalid`, `site-exists`.
    public func addSite(name: String, kind: SiteKind, region: String? = nil, now: Timestamp) async throws -> EnrolmentToken {
        try Self.checkName(name)
        try Self.checkRegion(region)
        let secret = newToken()
        let expires = now.advanced(byMilliseconds: options.tokenLifeMilliseconds)
        return try await queue.submit(bytes: 256, to: self) { store, _, _ in
            let sites = try store.sites()
            guard !sites.contains(where: { Text($0.name) == Text(name) }) else {
                throw HubError(
                    .siteExists, "There is a site \(name) already.", remedy: "Choose another name, or ask for a new token for it.")
            }
            let site = SiteRow(number: SiteNumber(sites.count + 1), name: name, kind: kind, region: region, created: now)
            try store.insert(site)
            try store.put(TokenRow(hash: Self.hash(secret), site: site.number, expires: expires, usedBy: nil))
            return EnrolmentToken(site: name, token: secret, expires: expires)
        }
    }

    /// Gives another token for a known site: to replace its PC, or when the first one expired.
    public func issueToken(site name: String, now: Timestamp) async throws -> EnrolmentToken {
        let secret = newToken()
        let expires = now.advanced(byMilliseconds: options.tokenLifeMilliseconds)
        return try await queue.submit(bytes: 256, to: self) { store, _, _ in
            let site = try Self.site(name, store)
            try store.put(TokenRow(hash: Self.hash(secret), site: site.number, expires: expires, usedBy: nil))
            return EnrolmentToken(site: name, token: secret, expires: expires)
        }
    }

    /// Binds an agent's key to the token's site. The same key with the same token again gets the same answer; a revoked key of the
    /// site comes back with a token that was not used before, so that what its agent has not sent is not lost.
    ///
    /// - Throws: `token-invalid`, `token-used` (by another key), `token-expired`, `agent-key-in-use` (at another site, or revoked).
    public func enroll(token: String, publicKey: VerifyingKey, now: Timestamp) async throws -> EnrolmentAnswer {
        try await queue.submit(bytes: 256, to: self) { store, _, _ in
            guard var row = try store.token(hash: Self.hash(token)), let site = try store.sites().first(where: { $0.number == row.site })
            else {
                throw HubError(
                    .badToken, "The hub does not know this token.",
                    remedy: "Copy the whole token from `tributary site add`; revoking a site ends those that were not used.")
            }
            let isFresh = row.usedBy == nil
            if let user = row.usedBy {
                guard user == publicKey else {
                    throw HubError(
                        .usedToken, "The token of \(site.name) was used by another agent.",
                        remedy: "A token enrols one agent. Ask the hub's operator for another one.")
                }
            } else {
                guard now <= row.expires else {
                    throw HubError(
                        .expiredToken, "The token of \(site.name) has expired.", remedy: "Ask the hub's operator for another one.")
                }
                row.usedBy = publicKey
                try store.put(row)
            }
            if var known = try store.agent(publicKey) {
                guard known.site.number == site.number else {
                    throw HubError(
                        .keyInUse, "This agent's key is enrolled at \(known.site.name) already.",
                        remedy: "Give the agent a data folder of its own, so that it makes a key of its own.")
                }
                guard !known.isRevoked || isFresh else { throw Self.revoked(site.name) }
                if known.isRevoked {
                    known.isRevoked = false
                    try store.put(known)
                }
            } else {
                try store.put(
                    AgentRecord(key: publicKey, site: site, enrolled: now, isRevoked: false, lastHeard: now, clockOffsetMilliseconds: 0))
            }
            return EnrolmentAnswer(
                site: site.name, kind: site.kind, region: site.region, hubKey: self.signingKey.publicKey.description,
                hub: self.id.description)
        }
    }

    /// The agent with this key, for judging a request; `nil` when it never enrolled.
    public func agent(_ key: VerifyingKey) async throws -> AgentRecord? {
        try await store.read { try $0.agent(key) }
    }

    /// Refuses all keys of a site from now on, and the tokens that it did not use. What it sent stays; what it has not sent stays
    /// at the agent.
    public func revoke(site name: String) async throws {
        let revoked = try await queue.submit(bytes: 256, to: self) { store, _, _ in
            let site = try Self.site(name, store)
            for var agent in try store.agents() where agent.site.number == site.number {
                agent.isRevoked = true
                try store.put(agent)
            }
            try store.deleteUnusedTokens(of: site.number)
            return site.name
        }
        returns.forget(revoked)
    }

    /// All sites, by name.
    public func sites(now: Timestamp) async throws -> [SiteAnswer] {
        let standing = standing.withLock { $0 }
        return try await store.read { store in
            let documents = try Documents(store: store, standing: standing, now: now)
            let agents = try store.agents()
            return try documents.sites.sorted { Text($0.name) < Text($1.name) }.map {
                try SiteAnswer($0, agents: agents, documents) { self.notes.note($0) }
            }
        }
    }

    /// The names of all sites, in their order.
    public func siteNames() async throws -> [String] { try await store.read { try $0.sites().map(\.name).sorted { Text($0) < Text($1) } } }

    /// One site; throws `site-unknown`.
    public func site(_ name: String, now: Timestamp) async throws -> SiteAnswer {
        guard let site = try await sites(now: now).first(where: { Text($0.name) == Text(name) }) else { throw Self.unknownSite(name) }
        return site
    }

    /// What an agent is told whose access was revoked.
    public static func revoked(_ site: String) -> HubError {
        HubError(
            .revokedAgent, "The access of site \(site) was revoked.",
            remedy:
                "If it shall take part again: `tributary site add \(site) --kind KIND` at the hub gives a token, `tributary-agent enroll` "
                + "uses it; everything is kept until then.")
    }

    // MARK: helpers

    static func site(_ name: String, _ store: any HubReading) throws -> SiteRow {
        guard let site = try store.sites().first(where: { Text($0.name) == Text(name) }) else { throw unknownSite(name) }
        return site
    }

    static func unknownSite(_ name: String) -> HubError {
        HubError(.unknownSite, "There is no site \(name).", remedy: "`tributary site list` shows all.")
    }

    static func checkName(_ name: String, _ what: String = "A site's name", like example: String = "shop-12") throws {
        let isPlain = name.unicodeScalars.allSatisfy {
            ($0.properties.isAlphabetic || $0.properties.numericType != nil || "-_. ".unicodeScalars.contains($0))
        }
        guard !name.isEmpty, name.utf8.count <= siteNameBytesMax, isPlain, name.first != " ", name.last != " " else {
            throw HubError(
                .badName, "\(what) has 1 to \(siteNameBytesMax) bytes of letters, digits, spaces, `-`, `_` and `.`.",
                remedy: "Choose a name like `\(example)`.")
        }
    }

    private static func checkRegion(_ region: String?) throws {
        guard let region else { return }
        guard !region.isEmpty, region != SiteRow.everyRegion, region.utf8.count <= siteNameBytesMax, !region.contains(where: \.isNewline)
        else {
            throw HubError(
                .badName, "A region has 1 to \(siteNameBytesMax) bytes on one line.", remedy: "Choose a name like `north` or `DE`.")
        }
    }

    private func newToken() -> String { Hexadecimal.string(random(20)) }

    private static func hash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array("tributary token".utf8) + Array(token.utf8))) }
}

extension SiteAnswer {
    init(
        _ site: SiteRow, agents: [AgentRecord], _ documents: Documents, note: (VerifyingKey) -> AgentNote?
    ) throws {
        let records = agents.filter { $0.site.number == site.number }
        let inUse = records.inUse(at: documents.now, note: note)
        let own = try records.map { record in
            try Agent(record, isReplaced: !record.isRevoked && !inUse.contains(record), note: note(record.key), documents)
        }
        let heard = own.compactMap(\.lastHeard).max().map { Timestamp(milliseconds: $0) }
        var sources: [Source] = []
        for source in documents.standing.sources where source.site == site.number {
            let replicas = documents.standing.replicas.filter { $0.source == source.number }
            sources.append(
                Source(id: source.id.description, name: source.name, replicas: try replicas.map { try Replica($0, documents.store) }))
        }
        self.init(
            name: site.name, kind: site.kind, region: site.region, createdAt: site.created.milliseconds, agents: own,
            sources: sources, lastHeard: heard?.milliseconds,
            warnings: Self.away(inUse, note: note)
                + Self.warnings(records, inUse, sources, heard, now: documents.now)
                + inUse.flatMap { note($0.key)?.warnings(at: documents.now) ?? [] })
        state = SiteState(self, now: documents.now.milliseconds)
    }

    private static func away(_ agents: [AgentRecord], note: (VerifyingKey) -> AgentNote?) -> [String] {
        guard agents.contains(where: { note($0.key)?.isAway ?? false }) else { return [] }
        return ["The hub was restored, and may still lack what this site had sent: it sends that again by itself when it is connected."]
    }

    private static func warnings(
        _ agents: [AgentRecord], _ inUse: [AgentRecord], _ sources: [Source], _ heard: Timestamp?, now: Timestamp
    ) -> [String] {
        var warnings: [String] = []
        if agents.isEmpty { warnings.append("No agent has enrolled yet: run `tributary-agent enroll` there.") }
        if !agents.isEmpty, agents.allSatisfy(\.isRevoked) { warnings.append("All its agents are revoked.") }
        if let heard, now.milliseconds > heard.milliseconds + 24 * 3600 * 1000 {
            warnings.append("Not heard for \((now.milliseconds - heard.milliseconds) / 3_600_000) hours.")
        }
        for agent in inUse where agent.clockOffsetMilliseconds.magnitude > ClockBound().toleranceMilliseconds {
            warnings.append("Its clock is \(agent.clockOffsetMilliseconds / 1000) seconds off: its writes lose ties until it is set right.")
        }
        let held = sources.flatMap(\.replicas).reduce(0) { $0 + $1.held }
        if held > 0 {
            warnings.append(
                "\(held == 1 ? "1 change waits or stands" : "\(held) changes wait or stand") in quarantine: `tributary conflict list` says why."
            )
        }
        return warnings
    }
}

extension SiteAnswer.Agent {
    init(_ agent: AgentRecord, isReplaced: Bool, note: AgentNote?, _ documents: Documents) throws {
        // Of an agent that never asked it says at most that the hub went back.
        let note = note.flatMap { $0.asked > 0 ? $0 : nil }
        self.init(
            publicKey: agent.key.description, enrolledAt: agent.enrolled.milliseconds,
            lastHeard: [agent.lastHeard?.milliseconds, note?.asked].compactMap { $0 }.max(),
            clockOffsetMilliseconds: agent.clockOffsetMilliseconds, isRevoked: agent.isRevoked, isReplaced: isReplaced,
            exchange: try note.map { try SiteAnswer.Exchange($0, documents) })
    }
}

extension SiteAnswer.Exchange {
    init(_ note: AgentNote, _ documents: Documents) throws {
        let isServed = note.served >= documents.standing.head.number
        self.init(
            asked: note.asked, waiting: note.waiting, waitingSince: note.waitingSince,
            behindSince: isServed ? nil : try documents.store.received(after: note.served)?.milliseconds, equalAt: note.equalAt,
            isWhole: note.isWhole ?? false, differsSince: note.differsSince, differsIn: note.differsIn, repairedAt: note.repairedAt,
            repaired: note.repaired,
            isStalled: note.isStalled(at: documents.now))
    }
}

extension SiteAnswer.Replica {
    init(_ replica: ReplicaRow, _ store: any HubReading) throws {
        self.init(
            id: replica.id.description, last: replica.last, follows: replica.follows?.description, openedAt: replica.opened.milliseconds,
            lastReceivedAt: replica.received?.milliseconds, isClosed: replica.closedAfter != nil,
            held: try store.heldCount(replica: replica.number))
    }
}
