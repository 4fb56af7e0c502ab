import Causality
import ChangeSets
import Inventory
import Merging
import Mutants

/// What becomes of one change: its effect now, or holding it, and why.
///
/// Asks the store only about the change's own record and about what the change names, so that validity never
/// depends on which other records have arrived (law 4).
enum Judgement {
    case admit(RecordNumber?)
    case hold(HeldRow.Cause, lacking: Dot?, code: String, reason: String)

    init(_ candidate: SetAdmission.Candidate, batch: Batch) throws {
        self = try Judgement(ofRecord: candidate, batch: batch)
        // Last, so that only what would have an effect is measured. What operators decide names what the hub has shown.
        guard case .admit = self, !candidate.source.isHub else { return }
        if try !batch.stock.hasRoom(for: candidate.change.stock) {
            self = .hold(
                .quarantined, lacking: nil, code: Self.pileFull,
                reason: "It reserves of a pile of which \(StockCell.claimPartsMax) reservations are open already.")
        } else if !batch.strangers.admit(candidate.change, standing: batch.standing) {
            self = .hold(
                .quarantined, lacking: nil, code: Self.strangersNamed,
                reason: """
                    It names writers of which the hub has never heard: its change-set more than \(Strangers.perSetMax), or all together \
                    more than \(Strangers.totalMax).
                    """)
        }
    }

    private init(ofRecord candidate: SetAdmission.Candidate, batch: Batch) throws {
        let change = candidate.change
        if let earlier = try Self.heldBefore(candidate, batch) {
            self = .hold(.behind, lacking: earlier, code: "behind", reason: "An earlier change of the same record is held: \(earlier).")
            return
        }
        if let fault = Self.fault(candidate, batch) {
            self = .hold(.quarantined, lacking: nil, code: fault.code, reason: fault.reason)
            return
        }
        if let dot = try change.namedDots.first(where: { try Self.isLacking($0, candidate, batch) })
            ?? Self.lackingSubject(candidate, batch)
        {
            self = .hold(.waiting, lacking: dot, code: "waiting", reason: "It names \(dot), which has not arrived.")
            return
        }
        guard let subject = change.subject, let id = candidate.record else {
            self = .admit(nil)
            return
        }
        guard let number = try batch.recordNumber(id.life) else {
            self = .hold(.quarantined, lacking: nil, code: "counter-too-large", reason: "Its record's life is beyond any counter.")
            return
        }
        let known = subject.creates ? nil : try batch.record(number)
        if !candidate.source.isHub, RecordState.isTooLarge(change, for: known?.state) {
            self = .hold(
                .quarantined, lacking: nil, code: Self.recordTooLarge,
                reason: "Its record would hold more than \(RecordState.valuesMax) values, or \(RecordState.bytesMax >> 20) MB of them.")
        } else if subject.creates {
            self = .admit(number)
        } else if let known {
            let isSame = known.state.id == id
            self =
                isSame
                ? .admit(number)
                : .hold(.quarantined, lacking: nil, code: "record-mismatch", reason: "The life it names belongs to another record.")
        } else if Mutant.editMakesNewRecord.isOn {
            batch.begin(number, id, source: candidate.source.number)
            self = .admit(number)
        } else {
            // The creating change was admitted and the record is gone, or the life never created one (S7).
            self = .hold(
                .quarantined, lacking: nil, code: Self.editOfDeleted, reason: "It edits a record that was deleted and is gone: \(id.life).")
        }
    }

    static let editOfDeleted = "edit-of-deleted"
    static let recordTooLarge = "record-too-large"
    static let pileFull = "stock-pile-full"
    static let strangersNamed = "names-strangers"

    private static func fault(_ candidate: SetAdmission.Candidate, _ batch: Batch) -> Fault? {
        let replica = batch.standing.replica(candidate.replica)
        let writer = ChangeRules.Writer(
            dot: candidate.dot, source: candidate.source.id,
            hasInherited: candidate.change.subject.map(candidate.inheritance.contains) ?? false, isHub: candidate.source.isHub,
            closedAfter: replica?.closedAfter)
        return ChangeRules.fault(of: candidate.change, by: writer)
    }

    /// The held change that this one stands behind: an earlier one of its chain on the same record (S5).
    private static func heldBefore(_ candidate: SetAdmission.Candidate, _ batch: Batch) throws -> Dot? {
        if Mutant.heldChangeHoldsWriter.isOn, let first = try batch.store.heldDots(replica: candidate.replica, limit: 1).first {
            return Dot(candidate.dot.replica, first)
        }
        guard batch.standing.heldCount > 0, !Mutant.passesHeldChange.isOn, let record = candidate.record else { return nil }
        for row in try batch.store.held(record: record.canonicalBytes) {
            guard let replica = batch.standing.replica(row.replica)?.id else { continue }
            let dot = Dot(replica, row.counter)
            if batch.standing.lineage.chain(of: candidate.dot, contains: dot) { return dot }
        }
        return nil
    }

    /// What an operator's decision is about and a restored hub lacks: carried out without it, nothing would come of the decision (S24).
    private static func lackingSubject(_ candidate: SetAdmission.Candidate, _ batch: Batch) throws -> Dot? {
        guard candidate.source.isHub else { return nil }
        if let dot = try candidate.companion?.change.namedDots.first(where: { try isLacking($0, candidate, batch) }) { return dot }
        guard let decision = Decision(candidate.companion?.change ?? candidate.change) else { return nil }
        let lives = LinkPairs(of: decision)?.pairs.flatMap { [$0.lower, $0.higher] } ?? []
        if let life = try lives.first(where: { try isLacking($0, candidate, batch) }) { return life }
        guard let target = decision.target else { return nil }
        if decision.choice == .undo { return try isLacking(target, candidate, batch) ? target : nil }
        // A change that is replayed or dropped is held.
        return try isLacking(target, candidate, batch) && !isHeld(target, batch) ? target : nil
    }

    private static func isHeld(_ dot: Dot, _ batch: Batch) throws -> Bool {
        guard batch.standing.heldCount > 0, let replica = batch.standing.number(of: dot.replica) else { return false }
        return try batch.store.held(replica: replica, counter: dot.counter) != nil
    }

    /// Whether a named dot must be waited for: beyond the hub's counter, or held (S4). A closed replica's is not waited for.
    private static func isLacking(_ dot: Dot, _ candidate: SetAdmission.Candidate, _ batch: Batch) throws -> Bool {
        if dot == candidate.dot || Mutant.admitsTheFuture.isOn { return false }
        guard let replica = batch.standing.replica(dot.replica) else { return true }
        // The replica's own counter advances at the end of the set.
        let last = dot.replica == candidate.dot.replica ? max(replica.last, candidate.dot.counter - 1) : replica.last
        if dot.counter > last { return replica.closedAfter == nil }
        return try isHeld(dot, batch)
    }
}
