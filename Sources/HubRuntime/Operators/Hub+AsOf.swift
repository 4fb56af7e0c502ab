import Causality
import ChangeSets

extension Hub {
    /// One SKU as the hub knew it at a time: the journal up to there, taken in once more. `nil`: nobody had moved or counted it.
    ///
    /// Takes as long as taking everything in up to that time; one such question is answered at a time.
    ///
    /// - Throws: `hub-busy` while another one is answered; `journal-damaged`.
    public func stock(sku: String, asOf time: Timestamp) async throws -> JSONAnswer? {
        try await asOf(time) { try Self.stock(sku: sku, $0) }
    }

    /// One profile, by an id of then or now, as the hub knew it at a time.
    public func profile(_ id: String, asOf time: Timestamp) async throws -> JSONAnswer? {
        try await asOf(time) { try Self.profile(id, $0) }
    }

    private func asOf<Value: Sendable>(_ time: Timestamp, _ body: @escaping @Sendable (Documents) throws -> Value) async throws -> Value {
        let isFree = isLookingBack.withLock { present in
            defer { present = true }
            return !present
        }
        guard isFree else {
            throw HubError(.busy, "The hub is looking back for somebody else.", remedy: "Ask again when that is done.")
        }
        defer { isLookingBack.withLock { $0 = false } }
        let (scratch, bound, key) = (try store.scratch(), options.clockBound, signingKey.publicKey)
        return try await store.read { store in
            try Replay(original: store, copy: scratch, bound: bound, key: key).run(until: time) { _, _ in }
            return try scratch.readNow { try body(Documents(store: $0, standing: Standing(reading: $0), now: time)) }
        }
    }
}
