import Causality
import ChangeSets
import Mutants

/// What a start of the hub's writer does: draws the hub's identity once, and a new generation every time (S23).
struct Opening {
    let hub: ReplicaID
    let signingKey: SigningKey
    let generation: GenerationRow
    var standing: Standing
    let notes: [(agent: VerifyingKey, note: [UInt8])]
    /// The number of each site's last row in its log.
    let exchanges: [(site: SiteNumber, number: Int64)]

    init(store: any HubWriting, now: Timestamp, random: @Sendable (Int) -> [UInt8]) throws {
        hub = try Self.hubID(store, random: random)
        signingKey = try Self.signingKey(store, random: random)
        let earlier = try store.generations()
        let head = try store.head()?.number ?? 0
        let drawn = Self.replicaID(random(16))
        let id = Mutant.keepsGeneration.isOn ? earlier.last?.id ?? drawn : drawn
        generation = GenerationRow(number: Int32(earlier.count + 1), id: id, parent: earlier.last?.id, start: head, opened: now)
        if !Mutant.keepsGeneration.isOn || earlier.isEmpty { try store.insert(generation) }
        var standing = try Standing(reading: store)
        if standing.head.number == 0 { standing.head.generation = generation.id }
        self.standing = standing
        notes = try store.agentNotes()
        exchanges = try store.lastExchanges()
    }

    private static func hubID(_ store: any HubWriting, random: (Int) -> [UInt8]) throws -> ReplicaID {
        if let bytes = try store.meta(.hub), let id = ReplicaID(bytes: bytes) { return id }
        let id = replicaID(random(16))
        try store.set(.hub, id.bytes)
        return id
    }

    private static func signingKey(_ store: any HubWriting, random: (Int) -> [UInt8]) throws -> SigningKey {
        if let bytes = try store.meta(.signingKey) { return try SigningKey(rawBytes: bytes) }
        let key = try SigningKey(rawBytes: random(32))
        try store.set(.signingKey, key.rawBytes)
        return key
    }

    private static func replicaID(_ bytes: [UInt8]) -> ReplicaID {
        ReplicaID(bytes: bytes) ?? ReplicaID(high: 0, low: 0)
    }
}
