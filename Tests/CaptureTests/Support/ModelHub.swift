import Causality
import ChangeSets

@testable import Capture

/// A hub that could not be simpler: takes every replica's changes in order, and applies them one after the other.
struct ModelHub {
    struct Name: Hashable {
        var entity: EntityName
        var key: LocalKey
    }

    struct Record: Hashable {
        var life: Dot
        var fields: [FieldName: Value] = [:]
    }

    struct Place: Hashable {
        var sku: Text
        var location: Text
    }

    struct Admitted {
        var dot: Dot
        var change: Change
    }

    var history: [Admitted] = []
    var last: [ReplicaID: UInt64] = [:]
    var lineage = Lineage()
    /// What was wrong with what came.
    var complaints: [String] = []

    /// Takes all that is sealed and was not taken yet.
    mutating func take(_ store: AgentDatabase, forget: Bool = false) throws {
        let journal = Journal(store)
        for replica in try journal.replicas() {
            if last[replica.replica] == nil {
                lineage.open(replica.replica, following: replica.follows)
                last[replica.replica] = 0
                if let follows = replica.follows, last[follows.replica, default: 0] < follows.counter {
                    complaints.append("follows what is not here")
                }
            }
            while true {
                let pieces = try journal.sealed(after: last[replica.replica] ?? 0, of: replica.replica, limit: 100)
                if pieces.isEmpty { break }
                for piece in pieces {
                    if piece.first != (last[replica.replica] ?? 0) + 1 { complaints.append("gap before \(piece.first)") }
                    for (index, change) in piece.changes.enumerated() {
                        admit(Admitted(dot: Dot(replica.replica, piece.first + UInt64(index)), change: change))
                    }
                }
            }
            if forget { try store.queue.write { try journal.forget(upTo: last[replica.replica] ?? 0, of: replica.replica, $0) } }
        }
    }

    private mutating func admit(_ admitted: Admitted) {
        if admitted.dot.counter <= last[admitted.dot.replica] ?? 0 { complaints.append("\(admitted.dot) twice") }
        last[admitted.dot.replica] = admitted.dot.counter
        history.append(admitted)
    }

    struct State {
        var records: [Name: [Record]] = [:]
        var deleted: [Name: [Dot]] = [:]
        var stock: [Place: Int64] = [:]
        var complaints: [String] = []
        /// Not all that was admitted is here: a record may be written that was created elsewhere.
        var isPartial = false

        /// The one record under each key.
        var live: [Name: [FieldName: Value]] { records.compactMapValues { $0.last?.fields.mapValues(\.withoutLife) } }
    }

    var state: State { state(of: history) }

    /// As of a dot: what its chain had written up to it.
    ///
    /// The chain may hold writes of a record that another incarnation created: what a lying disk kept is said again
    /// under its kept life (S15).
    func state(asOf dot: Dot) -> State {
        state(of: history.filter { $0.dot == dot || lineage.chain(of: dot, contains: $0.dot) }, isPartial: true)
    }

    private func state(of history: [Admitted], isPartial: Bool = false) -> State {
        var state = State()
        state.isPartial = isPartial
        for admitted in history { state.apply(admitted) }
        for (name, records) in state.records where records.count > 1 {
            state.complaints.append("\(records.count) live records of \(name.entity) \(name.key)")
        }
        return state
    }

    /// What the hub answers when it is asked for images (S15).
    func images(asOf dot: Dot) -> [RecordImage] { images(of: state(asOf: dot)) }

    /// The same as all histories that hold the dot left it; all of them for `nil`.
    func newestImages(since dot: Dot?) -> [RecordImage] {
        let heirs = last.keys.filter { heir in dot.map { lineage.history(of: heir, contains: $0) } ?? true }
        let written = history.filter { admitted in
            admitted.dot == dot || dot.map { lineage.chain(of: $0, contains: admitted.dot) } ?? false
                || heirs.contains { lineage.history(of: $0, contains: admitted.dot) }
        }
        return images(of: state(of: written, isPartial: true))
    }

    private func images(of state: State) -> [RecordImage] {
        var images: [RecordImage] = []
        for (name, lives) in state.deleted {
            for life in lives { images.append(RecordImage(entity: name.entity, key: name.key, life: life, fields: [], isDeleted: true)) }
        }
        for (name, records) in state.records {
            for record in records {
                images.append(
                    RecordImage(
                        entity: name.entity, key: name.key, life: record.life,
                        fields: record.fields.sorted { $0.key < $1.key }.map { RecordImage.Field($0.key, $0.value) }, isDeleted: false))
            }
        }
        return images.sorted { ($0.entity, $0.key.canonicalBytes.description) < ($1.entity, $1.key.canonicalBytes.description) }
    }
}

extension ModelHub.State {
    mutating func apply(_ admitted: ModelHub.Admitted) {
        switch admitted.change.action {
        case .write(let subject, let fields): write(subject, fields, admitted.dot)
        case .delete(let subject, _): delete(subject, admitted.dot)
        case .stockOnly: break
        }
        guard let effect = admitted.change.stock else { return }
        let place = ModelHub.Place(sku: effect.sku, location: effect.location)
        switch effect {
        case .movement(let movement): stock[place, default: 0] += movement.quantity
        case .count(let count): stock[place] = count.quantity
        }
    }

    private mutating func write(_ subject: Subject, _ fields: [FieldWrite], _ dot: Dot) {
        let name = ModelHub.Name(entity: subject.entity, key: subject.key)
        var lives = records[name] ?? []
        if let life = subject.life {
            if isPartial, !lives.contains(where: { $0.life == life }) { lives.append(ModelHub.Record(life: life)) }
            guard let index = lives.firstIndex(where: { $0.life == life }) else {
                complaints.append("\(dot) edits \(name.key), life \(life), which is not there")
                return
            }
            for field in fields { lives[index].fields[field.field] = field.value.isNull ? nil : field.value }
        } else {
            var record = ModelHub.Record(life: dot)
            for field in fields { record.fields[field.field] = field.value.isNull ? nil : field.value }
            lives.append(record)
        }
        records[name] = lives
    }

    private mutating func delete(_ subject: Subject, _ dot: Dot) {
        let name = ModelHub.Name(entity: subject.entity, key: subject.key)
        guard let index = records[name]?.firstIndex(where: { $0.life == subject.life }) else {
            complaints.append("\(dot) deletes \(name.key), which is not there")
            return
        }
        deleted[name, default: []].append(records[name]![index].life)
        records[name]!.remove(at: index)
        if records[name]!.isEmpty { records[name] = nil }
    }
}

extension Rig {
    /// The rows of the till in the catalogue's words: what the hub should have. Rows that cannot be mapped are left out.
    func expected() throws -> (rows: [ModelHub.Name: [FieldName: Value]], unmappable: Set<ModelHub.Name>) {
        let mapping = try mapping()
        return try application.inDatabase { db in
            var rows: [ModelHub.Name: [FieldName: Value]] = [:]
            var unmappable: Set<ModelHub.Name> = []
            for table in mapping.tables {
                let reader = try RowReader(db, table)
                for row in try reader.page(after: nil, limit: 1_000_000).rows {
                    let name = ModelHub.Name(entity: table.entity, key: row.key)
                    guard case .values(let values) = row.content, let mapped = try? table.map(values, site: "shop"),
                        !mapped.key.values.contains(where: \.isNull)
                    else {
                        unmappable.insert(name)
                        continue
                    }
                    guard !mapped.isDeleted else { continue }
                    let content = RowContent(mapped, sameIf: [], isLevel: table.stockRole == .level)
                    rows[name] = Dictionary(
                        uniqueKeysWithValues: content.fields.filter { !$0.value.isNull }.map { ($0.name, $0.value.withoutLife) })
                }
            }
            return (rows, unmappable)
        }
    }

    /// What the hub has and the till has not, and the other way round.
    func differences(from hub: ModelHub) throws -> [String] {
        let (rows, unmappable) = try expected()
        let live = hub.state.live
        var differences = hub.complaints + hub.state.complaints
        for (name, fields) in rows where live[name] != fields {
            differences.append("\(name.entity) \(name.key): till \(fields), hub \(live[name].map { "\($0)" } ?? "nothing")")
        }
        for name in live.keys where rows[name] == nil && !unmappable.contains(name) {
            differences.append("\(name.entity) \(name.key): only at the hub")
        }
        return differences.sorted()
    }
}
