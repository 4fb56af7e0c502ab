import Causality
import ChangeSets
import Merging
import Oddities

extension Hub {
    /// Rows looked at, and images sent, for one page.
    static let imageRowsMax = 5_000
    /// Texts and blobs of one page: the image that reaches it is its last.
    static let imageBytesMax = 4 << 20

    /// What a source's own records held when its chain had come to `dot` (S15): `Answer.images`, in pages.
    ///
    /// - Parameters:
    ///   - dot: `nil` for what all incarnations together left: for an agent whose own images are not the newest.
    ///   - isNewest: as the incarnations whose history contains the dot left them, not as of the dot. What others made of
    ///     the same keys is of no concern to a file that names the dot.
    ///   - after: `next` of the page before; `nil` begins.
    /// - Throws: `not-found` when the source or the dot is not known; `request-invalid` for another site's source.
    public func images(
        source: SourceID, upTo dot: Dot?, isNewest: Bool = false, after: [UInt8]? = nil, agent: AgentRecord, now: Timestamp
    ) async throws -> Answer {
        try Self.checkNotRevoked(agent)
        return try await reading(now) { documents in
            let standing = documents.standing
            let replica = dot.flatMap { standing.replica($0.replica) }
            // Nothing of it was ever sent: there is nothing newer than nothing.
            guard dot != nil || standing.source(source) != nil else { return .images(ImagesPage(records: [], next: nil)) }
            // A source that parted from another and has sent nothing yet is known by the dot that it follows (S22).
            guard let row = standing.source(source) ?? replica?.source.flatMap({ standing.source($0) }),
                dot.map({ $0.counter <= replica?.last ?? 0 }) ?? true
            else {
                let what = dot?.description ?? "change"
                throw HubError(
                    .notFound, "The hub has no \(what) of source \(source).", remedy: "Push what is sealed first, then ask again.")
            }
            let writer = replica.map { $0.source.flatMap { standing.source($0)?.site } ?? 0 }
            guard row.site == agent.site.number, writer ?? row.site == row.site else {
                throw HubError(.badRequest, "Source \(source) is not one of \(agent.site.name)'s.", remedy: "Ask for an own source.")
            }
            return .images(try SourceImages(documents: documents, source: row, upTo: dot, isNewest: isNewest).page(after: after))
        }
    }
}

/// Images of a source's records as of a dot, from states where they still show it, else from the journal.
///
/// First come the records whose every live write is in the chain up to the dot: their state is their image. Then
/// those that somebody wrote besides, or of which an operator left a value out: their changes up to the dot are merged again from
/// the journal, as they were told, for that is what the file has. A record may
/// have been created by another incarnation and only asserted again by this chain, so all incarnations' are looked at,
/// and those of its family (S22).
private struct SourceImages {
    let documents: Documents
    /// The writes of the chain; of all incarnations together when the newest images are asked for.
    let chain: VectorClock
    /// Per incarnation, in the order of their numbers, the last counter.
    let incarnations: [(replica: ReplicaNumber, last: UInt64)]
    /// Records of which a mended change of the chain was admitted without some of its fields.
    let mended: Set<RecordNumber>
    private var standing: Standing { documents.standing }

    private enum Pass: UInt8 {
        case fromStates = 1
        case fromJournal = 2
        case collected = 3
    }

    init(documents: Documents, source: SourceRow, upTo dot: Dot?, isNewest: Bool) throws {
        self.documents = documents
        let standing = documents.standing
        let family = Self.family(of: source, upTo: dot, in: standing)
        let heirs = family.filter { replica in
            replica.last > 0 && dot.map { standing.lineage.history(of: replica.id, contains: $0) } ?? true
        }
        let ends = dot.map { isNewest ? [$0] + heirs.map { Dot($0.id, $0.last) } : [$0] } ?? heirs.map { Dot($0.id, $0.last) }
        let chain = ends.reduce(VectorClock()) { $0.merged(with: standing.lineage.clock(upTo: $1)) }
        self.chain = chain
        incarnations = family.map { ($0.number, $0.last) }
        mended = try Self.mended(in: chain, documents)
    }

    private static func mended(in chain: VectorClock, _ documents: Documents) throws -> Set<RecordNumber> {
        let leftOut = try Decision.leftOut(reading: documents.store, standing: documents.standing)
        var sets = DecodedSets(store: documents.store)
        var numbers: Set<RecordNumber> = []
        for dot in leftOut.keys.filter(chain.contains).sorted() {
            guard let replica = documents.standing.number(of: dot.replica),
                let subject = try sets.change(replica: replica, counter: dot.counter)?.subject,
                let number = documents.standing.record(subject.life ?? dot)
            else { continue }
            numbers.insert(number)
        }
        return numbers
    }

    /// The writers of the source, and of those that parted from it or that it parted from.
    private static func family(of source: SourceRow, upTo dot: Dot?, in standing: Standing) -> [ReplicaRow] {
        let known = dot?.replica ?? standing.replicas.first { $0.source == source.number }?.id
        guard let inheritance = known.map({ Inheritance(of: $0, in: standing) }) else { return [] }
        return standing.replicas.filter { replica in
            replica.source.flatMap { standing.source($0) }?.site == source.site
                && (replica.source == source.number || inheritance.contains(replica.id))
        }
    }

    func page(after token: [UInt8]?) throws -> ImagesPage {
        let (pass, start) = try Self.decode(token)
        switch pass {
        case .fromStates:
            let (rows, end) = try rows(after: start)
            let (images, cut) = try fitting(rows.map { ($0.record, $0) }) { try image(of: $0) }
            let next = cut ?? end
            return ImagesPage(records: images, next: Self.encode(next == nil ? .fromJournal : .fromStates, next ?? RecordNumber(raw: 0)))
        case .fromJournal:
            let (touched, end) = try writtenLater(after: start)
            let (images, cut) = try images(
                merged(Dictionary(touched.map { ($0.record, try state($0).id) }, uniquingKeysWith: { first, _ in first })))
            let next = cut ?? end
            let isLast = next == nil && standing.floor == 0
            return ImagesPage(
                records: images, next: isLast ? nil : Self.encode(next == nil ? .collected : .fromJournal, next ?? RecordNumber(raw: 0)))
        case .collected:
            let (ids, end) = try collected(after: start)
            let (images, cut) = try images(merged(ids))
            return ImagesPage(records: images, next: (cut ?? end).map { Self.encode(.collected, $0) })
        }
    }

    /// In the order of their numbers.
    private func images(_ states: [RecordNumber: RecordState]) throws -> (images: [RecordImage], cut: RecordNumber?) {
        try fitting(states.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }) { $0.liveDots.isEmpty ? nil : image($0) }
    }

    /// Images in their order, up to the one that reaches the page's bytes; and its number, where others follow.
    private func fitting<Content>(
        _ records: [(number: RecordNumber, content: Content)], _ image: (Content) throws -> RecordImage?
    ) throws -> (images: [RecordImage], cut: RecordNumber?) {
        var images: [RecordImage] = []
        var bytes = 0
        for (index, record) in records.enumerated() {
            guard let image = try image(record.content) else { continue }
            images.append(image)
            bytes += image.fields.reduce(0) { $0 + $1.value.contentByteCount }
            if bytes >= Hub.imageBytesMax, index < records.count - 1 { return (images, record.number) }
        }
        return (images, nil)
    }

    private static func decode(_ token: [UInt8]?) throws -> (Pass, RecordNumber) {
        guard let token else { return (.fromStates, RecordNumber(raw: 0)) }
        let number = Int64(bitPattern: token.dropFirst().reduce(0) { $0 << 8 | UInt64($1) })
        // Behind the largest number there is nothing, and no number that reading could begin with.
        guard token.count == 9, let pass = Pass(rawValue: token[0]), (0..<Int64.max).contains(number) else {
            throw HubError(.badRequest, "`after` is no answer's `next`.", remedy: "Begin without `after`.")
        }
        return (pass, RecordNumber(raw: number))
    }

    private static func encode(_ pass: Pass, _ number: RecordNumber) -> [UInt8] {
        [pass.rawValue] + (0..<8).map { UInt8(truncatingIfNeeded: number.raw >> (56 - 8 * Int64($0))) }
    }

    // MARK: rows

    /// Records that the source created, after a number; with where to go on.
    private func rows(after start: RecordNumber) throws -> (rows: [RecordRow], next: RecordNumber?) {
        var rows: [RecordRow] = []
        let rowsMax = Oddity.showsFewImages.less(Hub.imageRowsMax, to: 2)
        for (replica, last) in incarnations {
            let first = max(RecordNumber(replica: replica, counter: 1), RecordNumber(raw: start.raw + 1))
            let last = RecordNumber(replica: replica, counter: last)
            guard first <= last else { continue }
            rows += try documents.store.records(from: first, to: last, limit: rowsMax - rows.count)
            if rows.count >= rowsMax { return (rows, rows.last?.record) }
        }
        return (rows, nil)
    }

    private func state(_ row: RecordRow) throws -> RecordState { try RecordState(row, standing: standing) }

    private func isAsItWas(_ row: RecordRow, _ state: RecordState) -> Bool {
        !mended.contains(row.record) && state.liveDots.allSatisfy(chain.contains)
    }

    private func image(of row: RecordRow) throws -> RecordImage? {
        let state = try state(row)
        return isAsItWas(row, state) ? image(state) : nil
    }

    private func image(_ state: RecordState) -> RecordImage {
        RecordImage(
            entity: state.id.entity, key: state.id.key, life: state.id.life,
            fields: state.fieldNames.compactMap { name in state[name].map { RecordImage.Field(name, $0) } },
            isDeleted: state.isDead(in: standing.lineage))
    }

    // MARK: from the journal

    private func writtenLater(after start: RecordNumber) throws -> (rows: [RecordRow], next: RecordNumber?) {
        var touched: [RecordRow] = []
        var place: RecordNumber? = start
        while let start = place, touched.count < Hub.imageRowsMax {
            let (rows, next) = try rows(after: start)
            touched += try rows.filter { try !isAsItWas($0, state($0)) }
            place = next
        }
        return (touched, place)
    }

    /// Records that the source created and that were collected since (S9): a file restored from before their deletion still has them.
    private func collected(after start: RecordNumber) throws -> (ids: [RecordNumber: RecordID], next: RecordNumber?) {
        var ids: [RecordNumber: RecordID] = [:]
        var end: RecordNumber?
        for (replica, _) in incarnations where replica >= start.replica {
            guard end == nil, let row = standing.replica(replica), let source = row.source.flatMap({ standing.source($0)?.id }) else {
                continue
            }
            try documents.store.eachJournal(of: replica) { entry in
                guard RecordNumber(replica: replica, counter: entry.last) > start else { return true }
                let set = try ChangeSetCodec.decode(entry.bytes)
                for (index, change) in set.changes.enumerated() where change.subject?.creates == true {
                    let dot = set.dot(at: index)
                    let number = RecordNumber(replica: replica, counter: dot.counter)
                    guard number > start, end == nil, let id = change.subject?.record(dot: dot, source: source),
                        try documents.store.record(number) == nil
                    else { continue }
                    ids[number] = id
                    if ids.count == Hub.imageRowsMax { end = number }
                }
                return end == nil
            }
        }
        return (ids, end)
    }

    /// Merges the chain's own changes of these records once more.
    private func merged(_ ids: [RecordNumber: RecordID]) throws -> [RecordNumber: RecordState] {
        var states = ids.mapValues { RecordState(id: $0) }
        guard !states.isEmpty else { return [:] }
        let discarded = try Decision.discarded(reading: documents.store, standing: standing)
        for (replica, counter) in chain.entries {
            guard let row = standing.replica(replica), let source = row.source.flatMap({ standing.source($0)?.id }) else { continue }
            let inheritance = Inheritance(of: replica, in: standing)
            try documents.store.eachJournal(of: row.number) { entry in
                let set = try ChangeSetCodec.decode(entry.bytes)
                for (index, change) in set.changes.enumerated() where set.first + UInt64(index) <= counter {
                    let dot = set.dot(at: index)
                    guard !discarded.contains(dot), let life = change.subject.map({ $0.life ?? dot }),
                        let number = standing.record(life), states[number] != nil,
                        try standing.heldCount == 0 || documents.store.held(replica: row.number, counter: dot.counter) == nil
                    else { continue }
                    let precedence = Precedence(isInBound: true, time: change.time, dot: dot)
                    states[number]?.admit(inheritance.named(change), precedence: precedence, source: source, lineage: standing.lineage)
                }
                return entry.last < counter
            }
        }
        return states
    }
}
