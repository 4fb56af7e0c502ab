import Causality
import ChangeSets
import Merging

/// Finds the writes of one field in the journal, which has no index by record: from the live values back along what each took the place of.
///
/// A write that another one names is found at once, by its dot. One that stands earlier in its writer's own chain is looked for there, set
/// by set: of all the sites' sets only those of who wrote the field are read. Of fields whose former values are kept (`SupersededView`)
/// every dot is known, and nothing is searched.
struct FieldWalk {
    private let field: FieldName
    private let state: RecordState
    private let number: RecordNumber
    private let documents: Documents
    private let bounds: FieldHistory.Bounds
    private var store: any HubReading { documents.store }
    private var standing: Standing { documents.standing }
    private var sets: DecodedSets
    private var origins: OriginFinder
    private var discarded: Set<Dot>?
    /// Of what was found, the writes that name nothing but their own chain's.
    private var chained: Set<String> = []

    private var places: [HistoryPlace] = []
    private var found: [FieldHistory.Write] = []
    private var seen: Set<Dot> = []
    private var setsRead = 0
    private var changesRead: UInt64 = 0
    private var isCut = false

    init(of field: FieldName, _ state: RecordState, _ number: RecordNumber, documents: Documents, bounds: FieldHistory.Bounds) {
        self.field = field
        self.state = state
        self.number = number
        self.documents = documents
        self.bounds = bounds
        sets = DecodedSets(store: documents.store)
        origins = OriginFinder(documents: documents)
    }

    /// - Throws: `request-invalid` for a place that is none.
    mutating func page(from place: String?, about: ConflictAnswer.About) throws -> FieldHistory {
        var older: String?
        var isBeforeRecord = false
        if SupersededView.keeps(field, of: state.id.entity) {
            older = try listed(after: place)
        } else {
            try begin(at: place)
            let born = try sets.row(upTo: state.id.life.counter, of: number.replica)?.number ?? 0
            let startsBefore = (places.map(\.number).max() ?? 0) < born
            while let next = places.max(by: { ($0.number, $0.dot) < ($1.number, $1.dot) }), !isFull {
                if next.number < born, !startsBefore {
                    isBeforeRecord = true
                    break
                }
                places.removeAll { $0 == next }
                try look(at: next)
            }
            older = places.isEmpty ? nil : places.map(\.description).joined(separator: ",")
        }
        link()
        return FieldHistory(
            about: about, writes: found, sets: setsRead, older: older, isBeforeRecord: isBeforeRecord, isCut: isCut, others: [])
    }

    private var isFull: Bool { found.count >= bounds.writes || setsRead >= bounds.sets || changesRead >= UInt64(bounds.changes) }

    private static let noPlace = HubError(
        .badRequest, "That is no place in a field's history.", remedy: "Begin with its newest values: leave `from` out.")

    // MARK: fields of which every dot is known

    /// - Returns: where the next page begins.
    private mutating func listed(after place: String?) throws -> String? {
        var times = try store.superseded(record: number).filter { $0.field == field.description }.compactMap { row in
            standing.replica(row.replica).map { (time: row.time, dot: Dot($0.id, row.counter)) }
        }
        times += state.siblings(of: field).writes.map { (time: $0.precedence.time, dot: $0.dot) }
        times += try held().map { (time: $0.time, dot: $0.dot) }
        times.sort { ($1.time, $1.dot) < ($0.time, $0.dot) }
        if let place {
            guard let last = times.firstIndex(where: { $0.dot.description == place }) else { throw Self.noPlace }
            times.removeFirst(last + 1)
        }
        var last: Dot?
        while let next = times.first, !isFull {
            times.removeFirst()
            last = next.dot
            try look(at: HistoryPlace(number: 0, dot: next.dot, isSearched: false), following: false)
        }
        return times.isEmpty ? nil : last?.description
    }

    /// What was written and counts for nothing: it may stand after all that is live.
    private mutating func held() throws -> [(time: Timestamp, dot: Dot)] {
        guard standing.heldCount > 0 else { return [] }
        return try store.held(record: state.id.canonicalBytes).compactMap { row in
            guard let id = standing.replica(row.replica)?.id, let change = try sets.change(replica: row.replica, counter: row.counter),
                case let dot = Dot(id, row.counter), change.write(of: field, state.id.life, at: dot) != nil
            else { return nil }
            return (change.time, dot)
        }
    }

    // MARK: all others

    private mutating func begin(at place: String?) throws {
        guard let place else {
            for write in state.siblings(of: field).writes { try add(write.dot) }
            for write in try held() { try add(write.dot) }
            return
        }
        let words = place.split(separator: ",", omittingEmptySubsequences: false)
        guard words.count <= bounds.places else { throw Self.noPlace }
        for word in words {
            guard let (dot, isSearched) = HistoryPlace.read(word), standing.number(of: dot.replica) != nil else { throw Self.noPlace }
            try add(dot, isSearched: isSearched)
        }
    }

    /// - Parameter isSearched: the write stands at the dot or before it in its chain.
    private mutating func add(_ dot: Dot, isSearched: Bool = false) throws {
        // What is searched through anyway need not be looked up.
        let isCovered = places.contains { $0.isSearched && $0.dot.replica == dot.replica && $0.dot.counter >= dot.counter }
        guard dot.counter > 0, !isCovered, !seen.contains(dot) || isSearched, let replica = standing.number(of: dot.replica),
            let entry = try sets.row(upTo: dot.counter, of: replica), isSearched || entry.last >= dot.counter
        else { return }
        if isSearched { places.removeAll { $0.dot.replica == dot.replica && $0.dot.counter <= dot.counter } }
        let place = HistoryPlace(number: entry.number, dot: dot, isSearched: isSearched)
        if !places.contains(place) { places.append(place) }
        guard places.count > bounds.places else { return }
        isCut = true
        places.sort { ($0.number, $0.dot) < ($1.number, $1.dot) }
        places.removeFirst()
    }

    private mutating func look(at place: HistoryPlace, following: Bool = true) throws {
        guard let replica = standing.number(of: place.dot.replica),
            let entry = try sets.row(upTo: place.dot.counter, of: replica),
            place.isSearched || entry.last >= place.dot.counter,
            let set = try sets.set(containing: min(place.dot.counter, entry.last), of: replica)
        else { return }
        setsRead += 1
        changesRead += set.last - set.first + 1
        var counter = min(place.dot.counter, set.last)
        let least = place.isSearched ? max(set.first, leastCounter(of: place.dot.replica)) : counter
        while counter >= least, counter > 0 {
            let dot = Dot(place.dot.replica, counter)
            if let write = set.changes[Int(counter - set.first)].write(of: field, state.id.life, at: dot), seen.insert(dot).inserted {
                // The rest of the set is for the next page; what was looked through down to here is not.
                if found.count >= bounds.writes {
                    places.removeAll {
                        $0.isSearched && $0.dot.replica == dot.replica && (dot.counter...place.dot.counter).contains($0.dot.counter)
                    }
                    return try add(dot, isSearched: true)
                }
                try take(write, dot, set.changes[Int(counter - set.first)], received: entry.received, replica)
                if following { try follow(write, dot) }
            }
            counter -= 1
        }
        guard place.isSearched, following else { return }
        if least == set.first, set.first > leastCounter(of: place.dot.replica) {
            try add(Dot(place.dot.replica, set.first - 1), isSearched: true)
        } else if place.dot.replica != state.id.life.replica, let former = standing.lineage.followed(by: place.dot.replica) {
            try add(former, isSearched: true)
        }
    }

    /// Before it was created nobody can have written into it.
    private func leastCounter(of replica: ReplicaID) -> UInt64 { replica == state.id.life.replica ? state.id.life.counter : 1 }

    private mutating func follow(_ write: FieldWrite, _ dot: Dot) throws {
        switch write.context {
        case .named(let dots): for named in dots { try add(named) }
        case .chain where dot == state.id.life: break
        case .chain:
            if dot.counter > 1 {
                try add(Dot(dot.replica, dot.counter - 1), isSearched: true)
            } else if let former = standing.lineage.followed(by: dot.replica) {
                try add(former, isSearched: true)
            }
        }
    }

    // MARK: what a write tells

    private mutating func take(_ write: FieldWrite, _ dot: Dot, _ change: Change, received: Timestamp, _ replica: ReplicaNumber) throws {
        if write.context.isChain { chained.insert(dot.description) }
        var replaced: [FieldHistory.Replaced] = []
        if case .named(let dots) = write.context {
            for named in dots.prefix(bounds.replaced) {
                guard let number = standing.number(of: named.replica),
                    let change = try sets.change(replica: number, counter: named.counter),
                    let former = change.write(of: field, state.id.life, at: named)
                else { continue }
                replaced.append(
                    FieldHistory.Replaced(
                        dot: named.description, site: documents.writer(named.replica)?.string ?? "", value: ValueAnswer(former.value),
                        time: change.time.milliseconds))
            }
        }
        found.append(
            FieldHistory.Write(
                dot: dot.description, site: documents.writer(dot.replica)?.string ?? "", source: documents.place(ofSource: dot.replica),
                cashier: change.cashier, value: ValueAnswer(write.value), time: change.time.milliseconds,
                received: received.milliseconds, origin: try origins.origin(of: dot, in: .field(life: state.id.life, field)),
                replaced: replaced,
                isLive: state.siblings(of: field).writes.contains { $0.dot == dot }, isHeld: try isHeld(dot, replica)))
    }

    private mutating func isHeld(_ dot: Dot, _ replica: ReplicaNumber) throws -> Bool {
        if standing.heldCount > 0, try store.held(replica: replica, counter: dot.counter) != nil { return true }
        let dropped = try discarded ?? Decision.dropped(field, reading: store, standing: standing)
        discarded = dropped
        return dropped.contains(dot)
    }

    /// What was written without a word of what was shown took the place of its own chain's value before.
    private mutating func link() {
        for index in found.indices where chained.contains(found[index].dot) && !found[index].isHeld {
            guard let dot = Dot(found[index].dot) else { continue }
            let earlier = found.compactMap { other -> (dot: Dot, write: FieldHistory.Write)? in
                guard chained.contains(other.dot), !other.isHeld, let its = Dot(other.dot), standing.lineage.chain(of: dot, contains: its)
                else { return nil }
                return (its, other)
            }
            guard let former = earlier.max(by: { standing.lineage.chain(of: $1.dot, contains: $0.dot) })?.write else { continue }
            found[index].replaced = [
                FieldHistory.Replaced(dot: former.dot, site: former.site, value: former.value, time: former.time)
            ]
        }
    }
}

/// Where a field's history goes on: at one write, or somewhere at a dot or before it in its chain.
struct HistoryPlace: Hashable, CustomStringConvertible {
    /// Of the set, on the line.
    var number: UInt64
    var dot: Dot
    var isSearched: Bool

    private static let mark: Character = "~"

    var description: String { "\(dot)" + (isSearched ? String(Self.mark) : "") }

    static func read(_ word: Substring) -> (dot: Dot, isSearched: Bool)? {
        let isSearched = word.last == mark
        return Dot(String(isSearched ? word.dropLast() : word)).map { ($0, isSearched) }
    }
}
