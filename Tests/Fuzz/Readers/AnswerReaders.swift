import Causality
import Inventory
import Merging

@testable import ChangeSets

/// What an agent reads of the hub's answers.
extension FuzzedReader {
    /// A byte for the kind of answer, or 7 for a page of version 2 and 8 for one of version 3; then its payload as it is inflated.
    static let answer = FuzzedReader(name: "answer") {
        sampleAnswers.map { kind, payload in [kind] + payload }
    } read: { bytes in
        var pieces = Pieces(bytes)
        let kind = pieces.byte()
        let payload = pieces.rest
        var reader = ByteReader(payload, of: "answer")
        var writer = ByteWriter()
        let isRead: Void? = try attempt(ChangeSetError.self) {
            switch kind {
            case 1: writer.receipt(try reader.receipt())
            case 2: try Refusal(from: &reader).write(to: &writer)
            case 5, 7, 8:
                let page = try FeedPage(from: &reader, version: kind == 5 ? 1 : kind - 5)
                page.write(to: &writer)
                for entry in page.entries { try readFed(entry) }
            default: try ImagesPage(from: &reader).write(to: &writer)
            }
            try reader.finish()
        }
        if isRead != nil { try promise(writer.bytes == payload, "Written again, the answer has other bytes.") }
    }

    /// Kind, compression, lengths and payload, which the hub's key then signs.
    static let answerFrame = FuzzedReader(name: "answer-frame") {
        sampleAnswers.flatMap { kind, payload in
            let head = kind > 6 ? 5 | (kind - 6) << 6 : kind
            return [framed(head, 0, payload, as: payload), framed(head, 1, payload, as: Deflate.deflated(payload))]
        }
    } read: { bytes in
        // The kind's highest bits say the version.
        let version = 1 + (bytes.first ?? 0) >> 6
        let head = Answer.magic + [version, (bytes.first ?? 0) & 0x3F] + bytes.dropFirst().prefix(1)
        let signed: [UInt8] = [head, nonce, Array(bytes.dropFirst(2))].flatMap { $0 }
        let whole = try signed + SigningKey.fuzzing.signature(for: Answer.domain(version) + signed)
        let key = SigningKey.fuzzing.publicKey
        guard let answer = try attempt(ChangeSetError.self, body: { try Answer.decode(whole, nonce: nonce, key: key) }) else { return }
        let again = try answer.encoded(nonce: nonce, key: SigningKey.fuzzing)
        try promise(try Answer.decode(again, nonce: nonce, key: key) == answer, "Written again, the answer is another.")
    }

    static let recordState = FuzzedReader(name: "record-state") {
        [RecordState(id: sampleRecord).encoded(), sampleState.encoded()]
    } read: { bytes in
        guard let state = try attempt(ChangeSetError.self, body: { try RecordState(id: sampleRecord, decoding: bytes) }) else { return }
        let names = state.fieldNames
        try promise(zip(names, names.dropFirst()).allSatisfy { $0 < $1 }, "Its fields are not in the order of their names.")
        for name in names { _ = (state[name], state.siblings(of: name).isConcurrent) }
        _ = (state.liveDots, state.clock)
        var replicas: [ReplicaID] = []
        let stored = state.encoded { replica in
            if let index = replicas.firstIndex(of: replica) { return UInt64(index) }
            replicas.append(replica)
            return UInt64(replicas.count - 1)
        }
        let kept = try RecordState(id: sampleRecord, decoding: stored) { replicas[Int($0)] }
        try promise(kept == state, "Stored and read again, the record is another.")
        // What is inherited stays with the hub.
        let fed = try RecordState(id: sampleRecord, decoding: state.encoded())
        let isSame = fed.fieldNames == names && names.allSatisfy { fed.siblings(of: $0) == state.siblings(of: $0) }
        try promise(isSame && fed.deletions == state.deletions, "Sent and read again, the record is another.")
    }

    static let stockCell = FuzzedReader(name: "stock-cell") {
        [StockCell(key: pile).encoded()]
    } read: { bytes in
        let cell = try attempt(ChangeSetError.self, InventoryError.self) { try StockCell(key: pile, decoding: bytes) }
        guard let cell else { return }
        try promise(try StockCell(key: pile, decoding: cell.encoded()) == cell, "Written again, the stock is another.")
    }

    /// What the agent makes of one entry of the feed.
    static func readFed(_ entry: FeedEntry) throws {
        switch entry.topic {
        case .record:
            guard let id = try attempt(ChangeSetError.self, body: { try RecordID(canonicalBytes: entry.key) }), let body = entry.body else {
                return
            }
            _ = try attempt(ChangeSetError.self) { try RecordState(id: id, decoding: body) }
        case .stock:
            _ = try attempt(ChangeSetError.self) { try StockKey(canonicalBytes: entry.key) }
        case .profile, .order: break
        }
        if let body = entry.body { try readDocument(body) }
    }

    private static func framed(_ kind: UInt8, _ compression: UInt8, _ payload: [UInt8], as sent: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.raw([kind, compression])
        writer.varint(payload.count)
        writer.varint(sent.count)
        writer.raw(sent)
        return writer.bytes
    }

    // MARK: samples

    private static let nonce = [UInt8](repeating: 9, count: RequestSignature.nonceByteCount)
    private static let replica = ReplicaID(high: 1, low: 2)
    private static let pile = StockKey(sku: "BOOT-42", location: "pool")
    static let sampleRecord = RecordID(
        entity: "customer", source: SourceID(ReplicaID(high: 3, low: 4)), key: LocalKey(7), life: Dot(replica, 5))

    /// A record with concurrent values, a deletion, personal fields.
    private static let sampleState: RecordState = {
        var state = RecordState(id: sampleRecord)
        let writers: [(ReplicaID, UInt64)] = [(replica, 5), (ReplicaID(high: 8, low: 8), 1)]
        for (replica, counter) in writers {
            let subject = Subject(entity: "customer", key: LocalKey(7), life: sampleRecord.life)
            let change = Change(
                time: Timestamp(milliseconds: 1_700_000_000_000),
                action: .write(
                    subject,
                    [
                        FieldWrite("email", "ann@example.org", context: .named([Dot(replica, 1)]), isPersonal: true),
                        FieldWrite("country", "DE", saw: [Dot(replica, 2)]),
                    ]))
            let precedence = Precedence(isInBound: counter > 1, time: change.time, dot: Dot(replica, counter))
            state.admit(change, precedence: precedence, source: sampleRecord.source, lineage: Lineage())
        }
        return state
    }()

    private static let sampleAnswers: [(kind: UInt8, payload: [UInt8])] = {
        let position = Position(generation: replica, number: 9, line: 77)
        let receipt = Receipt(
            replica: replica, last: 5, hash: .zero, position: position, keepUntil: 3, time: Timestamp(milliseconds: 1_700_000_000_000))
        let refusal = Refusal(
            code: "changeset-damaged", message: "It is damaged.", remedy: "Send it again.", standing: receipt, isFinal: true)
        let page = FeedPage(
            entries: [
                FeedEntry(number: 8, topic: .record, key: sampleRecord.canonicalBytes, body: sampleState.encoded()),
                FeedEntry(number: 9, topic: .stock, key: pile.canonicalBytes, body: Array(#"{"onHand":30000}"#.utf8)),
                FeedEntry(number: 9, topic: .profile, key: Array("p1".utf8), body: nil),
            ], reached: position, consistentAt: position, restart: false, own: [receipt], held: [Dot(replica, 4)],
            time: Timestamp(milliseconds: 1_700_000_000_000))
        var summed = page
        summed.digest = ViewDigest(topics: [
            TopicDigest(topic: .stock, ranges: [RangeDigest(through: 7, entries: 1, sum: 5), RangeDigest(through: 9)])
        ])
        var keeping = page
        keeping.kept = KeptDecisions(keepUntil: 3, decisions: [KeptDecision(number: 9, first: Dot(replica, 1), sealed: [1, 2, 3])])
        let image = RecordImage(
            entity: "customer", key: LocalKey(7), life: sampleRecord.life, fields: [.init("email", "a@example.org"), .init("x", 1)],
            isDeleted: false)
        func written(_ write: (inout ByteWriter) -> Void) -> [UInt8] {
            var writer = ByteWriter()
            write(&writer)
            return writer.bytes
        }
        return [
            (1, written { $0.receipt(receipt) }), (2, written { refusal.write(to: &$0) }), (5, written { page.write(to: &$0) }),
            (7, written { summed.write(to: &$0) }), (8, written { keeping.write(to: &$0) }),
            (6, written { ImagesPage(records: [image], next: [1, 2]).write(to: &$0) }),
        ]
    }()
}
