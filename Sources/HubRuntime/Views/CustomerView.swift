import Causality
import ChangeSets
import Foundation
import Merging
import Profiles

/// Which customer records are one person, kept up to date set by set: only the part that a set may have changed is linked anew.
final class CustomerView {
    private unowned let batch: Batch
    private var touchedRecords: [RecordNumber] = []
    /// Profiles whose records or purchases changed.
    private var changedProfiles: Set<RecordNumber> = []
    private var bought: Set<RecordNumber> = []
    private var boughtOrder: [RecordNumber] = []

    init(_ batch: Batch) { self.batch = batch }

    func touch(_ number: RecordNumber, _ record: TouchedRecord) throws { touchedRecords.append(number) }

    /// Notes that the purchases of a customer record changed.
    func bought(_ customer: RecordNumber) {
        if bought.insert(customer).inserted { boughtOrder.append(customer) }
    }

    /// Every profile is sent anew: what is shown of them may have changed, though nothing of theirs has.
    func redrawAll() throws {
        for row in try batch.store.changed(.profiles) { changedProfiles.insert(RecordNumber(raw: row.id)) }
    }

    func flush() throws {
        let tables = LinkTables(store: batch.store, standing: batch.standing)
        var changes: [LinkChange] = []
        for number in touchedRecords {
            guard let record = try batch.record(number) else { continue }
            try batch.guarded("profile", key: Array("\(record.state.id.life)".utf8)) {
                let before = try tables.linkRecord(number)
                try writeIdentifiers(number, record, isKnown: before != nil)
                let after = try tables.linkRecord(number)
                if before != after { changes.append(LinkChange(before: before, after: after)) }
                if let profile = try batch.store.customer(number)?.profile, profile.raw != 0 { changedProfiles.insert(profile) }
            }
        }
        if !changes.isEmpty { try relink(changes, tables) }
        for number in boughtOrder { if let profile = try batch.store.customer(number)?.profile { changedProfiles.insert(profile) } }
        for profile in changedProfiles.sorted() { try writeProfile(profile) }
    }

    // MARK: identifiers

    /// Brings the tables of one record up to date: what it holds, what it held, whether it lives.
    private func writeIdentifiers(_ number: RecordNumber, _ record: TouchedRecord, isKnown: Bool) throws {
        let store = batch.store
        let isDead = record.state.isDead(in: batch.standing.lineage)
        let former = isKnown ? try store.identifiers(record: number) : []
        let present = isDead ? [] : try identifiers(number, record)
        for row in former where !present.contains(row) && !present.contains(where: { $0.kind == row.kind && $0.value == row.value }) {
            try store.delete(row)
        }
        for row in present where !former.contains(row) { try store.put(row) }
        let customer = try store.customer(number)
        if isDead {
            if let customer {
                changedProfiles.insert(customer.profile)
                try store.deleteCustomer(number)
            }
        } else if customer == nil {
            let created = try record.created ?? created(number, record)
            try store.put(
                CustomerRow(
                    record: number, profile: RecordNumber(raw: 0), created: created.time, isCreatedInBound: created.isInBound))
        }
    }

    /// A record that was deleted and came back: its creation is found in the journal.
    private func created(_ number: RecordNumber, _ record: TouchedRecord) throws -> Precedence {
        let life = record.state.id.life
        guard let entry = try batch.store.journal(containing: life.counter, of: number.replica), entry.last >= life.counter else {
            return Precedence(isInBound: false, time: Timestamp(milliseconds: 0), dot: life)
        }
        let set = try ChangeSetCodec.decode(entry.bytes)
        let time = set.changes[Int(life.counter - entry.first)].time
        let isInBound = batch.verdict(time, received: entry.received, offset: entry.offsetMilliseconds, replica: number.replica)
        return Precedence(isInBound: isInBound, time: time, dot: life)
    }

    private func identifiers(_ number: RecordNumber, _ record: TouchedRecord) throws -> [IdentifierRow] {
        var rows: [IdentifierRow] = []
        func add(_ kind: IdentifierRow.Kind, _ value: String, isCurrent: Bool) {
            guard !rows.contains(where: { $0.kind == kind && $0.value == value }) else { return }
            rows.append(IdentifierRow(record: number, kind: kind, value: value, source: record.source, isCurrent: isCurrent))
        }
        let country = batch.site(of: record.source)?.country
        for identifier in record.state.identifiers(country: country) {
            add(IdentifierRow.Kind(identifier.kind), identifier.value.string, isCurrent: true)
        }
        for name in SearchName.names(of: record.state) { add(.name, name, isCurrent: true) }
        for earlier in try batch.store.earlier(record: number) where !earlier.isCorrected {
            add(earlier.kind, earlier.value, isCurrent: false)
        }
        return rows
    }

    // MARK: earlier values

    /// Keeps the identifying values that a change is about to supersede, and finds corrections (S29).
    ///
    /// Called before the change is merged. Every superseded write is held against every write that names it, whichever
    /// came first, so the outcome does not depend on the order of arrival.
    func remember(_ change: Change, precedence: Precedence, of number: RecordNumber, _ record: TouchedRecord) throws {
        guard case .write(_, let writes) = change.action else { return }
        let isDecision = batch.standing.replica(precedence.dot.replica)?.source == nil
        for write in writes {
            guard let kind = Identifier.fields.first(where: { $0.field == write.field })?.kind else { continue }
            let later = Siblings<FieldValue>.Write(
                precedence: precedence, context: write.context, content: FieldValue(value: write.value))
            try correct(number, write.field, by: later, isDecision: isDecision)
            for earlier in record.state.siblings(of: write.field).writes where later.names(earlier, in: batch.standing.lineage) {
                try keep(
                    earlier, kind: kind, field: write.field, number, record, isCorrected: later.corrects(earlier, isDecision: isDecision))
            }
        }
    }

    private func keep(
        _ earlier: Siblings<FieldValue>.Write, kind: Identifier.Kind, field: FieldName, _ number: RecordNumber, _ record: TouchedRecord,
        isCorrected: Bool
    ) throws {
        let country = batch.site(of: record.source)?.country
        guard let raw = earlier.content.value.searchable,
            let identifier = Identifier(kind: kind, raw: raw, country: country)
        else { return }
        try batch.store.put(
            EarlierRow(
                record: number, field: field.text.string, replica: try batch.number(of: earlier.dot.replica), counter: earlier.dot.counter,
                time: earlier.precedence.time, isInBound: earlier.precedence.isInBound, isChained: earlier.context.isChain,
                kind: IdentifierRow.Kind(kind), value: identifier.value.string, isCorrected: isCorrected))
    }

    private func correct(_ number: RecordNumber, _ field: FieldName, by later: Siblings<FieldValue>.Write, isDecision: Bool) throws {
        for var row in try batch.store.earlier(record: number) where !row.isCorrected && Text(row.field) == field.text {
            guard let replica = batch.standing.replica(row.replica)?.id else { continue }
            let earlier = Siblings<FieldValue>.Write(
                precedence: Precedence(isInBound: row.isInBound, time: row.time, dot: Dot(replica, row.counter)),
                context: row.isChained ? .chain : .named([]), content: FieldValue(value: .null))
            guard later.names(earlier, in: batch.standing.lineage), later.corrects(earlier, isDecision: isDecision) else { continue }
            row.isCorrected = true
            try batch.store.put(row)
        }
    }

    // MARK: linking

    private func relink(_ changes: [LinkChange], _ tables: LinkTables) throws {
        let update = try LinkUpdate(changes, index: tables, rules: .standard)
        for linked in update.linking.profiles {
            guard let profile = try batch.recordNumber(linked.id.life) else { continue }
            for record in linked.records {
                guard let number = try batch.recordNumber(record.life), var row = try batch.store.customer(number), row.profile != profile
                else { continue }
                if row.profile.raw != 0 { changedProfiles.insert(row.profile) }
                changedProfiles.insert(profile)
                row.profile = profile
                try batch.store.put(row)
            }
        }
    }

    private func writeProfile(_ id: RecordNumber) throws {
        let members = try batch.store.customers(profile: id)
        let former = try batch.store.profile(id)
        if members.isEmpty && former == nil { return }
        var regions: Set<String> = []
        for member in members {
            guard let source = batch.standing.replica(member.record.replica)?.source else { continue }
            regions.insert(batch.site(of: source)?.region ?? SiteRow.everyRegion)
        }
        let left = Set((former?.regions ?? []) + (former?.formerRegions ?? [])).subtracting(regions)
        try batch.store.put(
            ProfileRow(
                id: id, number: batch.place(cost: 4096), regions: regions.sorted(), formerRegions: left.sorted(),
                isAlive: !members.isEmpty))
    }
}

extension Siblings.Write {
    /// Whether this write, which names `earlier`, corrects it: within a day by both writers' times, or by an operator.
    /// A time out of bound is never a correction.
    func corrects(_ earlier: Self, isDecision: Bool) -> Bool {
        if isDecision { return true }
        guard precedence.isInBound, earlier.precedence.isInBound else { return false }
        let (first, second) = (earlier.precedence.time.milliseconds, precedence.time.milliseconds)
        return max(first, second) - min(first, second) <= 24 * 3600 * 1000
    }
}

extension IdentifierRow.Kind {
    init(_ kind: Identifier.Kind) {
        switch kind {
        case .id: self = .id
        case .email: self = .email
        case .phone: self = .phone
        }
    }

    var identifierKind: Identifier.Kind? {
        switch self {
        case .id: .id
        case .email: .email
        case .phone: .phone
        case .name: nil
        }
    }
}

extension SiteRow {
    /// Stands for "no region": what everybody sees.
    static let everyRegion = "*"

    /// The default country for phone numbers: a region that is a country's two letters.
    var country: Text? { region.flatMap { $0.utf8.count == 2 ? Text($0) : nil } }
}

extension Value {
    /// As somebody would type it.
    var searchable: Text? {
        switch self {
        case .text(let text): text
        case .integer(let number): Text(String(number))
        default: nil
        }
    }
}

/// Names in the form that they are searched by: folded to lower case without accents.
enum SearchName {
    static func names(of state: RecordState) -> [String] {
        let first = state["first name"]?.text?.string ?? ""
        let last = state["last name"]?.text?.string ?? ""
        let whole = ["name", "company"].compactMap { state[FieldName($0)]?.text?.string }
        let joined = (whole + ["\(first) \(last)", last, "\(last) \(first)"]).map(folded).filter { !$0.isEmpty }
        return Array(Set(joined)).sorted { Text($0) < Text($1) }
    }

    static func folded(_ name: String) -> String {
        // Letters outside ASCII lose their accents by their canonical decomposition.
        let plain = name.lowercased().decomposedStringWithCanonicalMapping.unicodeScalars.filter {
            !$0.properties.isDiacritic || $0.isASCII
        }
        return String(String.UnicodeScalarView(plain)).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
