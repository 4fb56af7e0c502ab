import Causality
import ChangeSets
import Inventory
import Merging
import Mutants
import Orders

/// What a decision writes: a pure function of the finding, the screen that was shown and the choice.
extension Finding {
    /// - Parameters:
    ///   - shown: the operator's screen.
    ///   - lineage: what each replica follows.
    /// - Throws: `choice-invalid` with what can be chosen, `conflict-gone` when nothing that was shown is there any more.
    func changes(for resolution: Resolution, shown: Screen, time: Timestamp, lineage: Lineage) throws(HubError) -> [Change] {
        guard answer.choices.contains(resolution.choice.rawValue) else {
            if resolution.choice == .withdraw, case .restored = subject { throw Self.livesOn }
            throw HubError(
                .choiceInvalid, "This conflict cannot be decided by \"\(resolution.choice.rawValue)\".",
                remedy: answer.choices.isEmpty ? answer.remedy : "Choose one of: \(answer.choices.joined(separator: ", ")).")
        }
        let live = Mutant.decidesBeyondScreen.isOn ? screen.dots : shown.dots.filter(screen.dots.contains)
        guard !live.isEmpty || screen.dots.isEmpty else { throw Self.gone }
        if [.accept, .withdraw].contains(resolution.choice) {
            guard Set(shown.dots) == Set(screen.dots) else { throw Self.changed }
            return []
        }
        switch subject {
        case .field(let state, let field): return [try write(field, of: state, resolution, live, time)]
        case .crossing(let state): return [settle(state, resolution.choice, live, time)].compactMap { $0 }
        case .cell(let cell):
            return [Change(time: time, action: .stockOnly, stock: .count(try count(cell, resolution, live, shown, lineage)))]
        case .order(let view, let state): return [try setState(view, state, resolution, live, time)]
        case .held, .pair, .restored, .outside: return []
        }
    }

    static let gone = HubError(
        .conflictGone, "Nothing of what was shown of this conflict is there any more: it was decided, or its sites wrote again.",
        remedy: "Look at it again: tributary conflict list.")

    private static let livesOn = HubError(
        .choiceInvalid, "The source that this one was cloned from goes on, too: what it tells happened, and is not withdrawn.",
        remedy: "Accept it: tributary conflict resolve ID --accept.")

    private static let changed = HubError(
        .conflictGone, "There is more about this conflict than was shown.", remedy: "Look at it again: tributary conflict show.")

    // MARK: sides

    /// The dot that `side` means among those shown: a dot, or a site that wrote exactly one of them (S12).
    private func chosen(_ side: String?, among live: [Dot]) throws(HubError) -> Dot {
        let sides = answer.sides.filter { Dot($0.dot).map(live.contains) ?? false }
        if let side, case let meant = live.filter({ $0.isMeant(by: side) }), !meant.isEmpty || side.contains(":") {
            guard meant.count == 1 else {
                throw HubError(
                    .choiceInvalid, "\(side) is \(meant.isEmpty ? "none" : "several") of the sides.", remedy: Self.listed(sides))
            }
            return meant[0]
        }
        // Who asks by program may know only who wrote it: after an undo that is the hub.
        var own = sides.filter { $0.home == side }
        if own.isEmpty { own = sides.filter { $0.site == side } }
        guard own.count == 1, let dot = Dot(own[0].dot) else {
            throw HubError(
                .choiceInvalid,
                own.isEmpty ? "\(side ?? "Nobody") wrote none of the sides." : "\(side ?? "") wrote \(own.count) of the sides.",
                remedy: Self.listed(own.isEmpty ? sides : own))
        }
        return dot
    }

    private static func listed(_ sides: [WriteAnswer]) -> String {
        "Give one of the dots: " + sides.map { "\($0.dot) (\($0.home))" }.joined(separator: ", ") + "."
    }

    // MARK: fields

    private func write(
        _ field: FieldName, of state: RecordState, _ resolution: Resolution, _ live: [Dot], _ time: Timestamp
    )
        throws(HubError) -> Change
    {
        let siblings = state.siblings(of: field).writes
        let kind = Catalogue[state.id.entity]?[field]?.kind
        let value: Value
        if resolution.choice == .take {
            let dot = try chosen(resolution.side, among: live)
            guard let sibling = siblings.first(where: { $0.dot == dot }) else { throw Self.gone }
            value = sibling.content.value.named(by: state.id.source)
        } else {
            value = try Self.value(resolution.value, as: kind, field)
        }
        let isPersonal = siblings.contains { $0.content.isPersonal }
        return Change(
            time: time,
            action: .write(Subject(of: state), [FieldWrite(field, value, context: .named(live), isPersonal: isPersonal)]))
    }

    /// - Throws: `choice-invalid` for what the field does not take.
    static func value(_ json: JSONValue?, as kind: Catalogue.Kind?, _ field: FieldName) throws(HubError) -> Value {
        let value: Value?
        switch json {
        case .null: value = .null
        case .integer(let number): value = .integer(number)
        case .real(let number): value = .real(number)
        case .text(let text): value = .text(Text(text))
        case .other, nil: value = nil
        }
        guard let value, kind?.takes(value) ?? true else {
            throw HubError(
                .choiceInvalid, "That value does not fit the field \"\(field)\"\(kind.map { ", of the kind \"\($0.label)\"" } ?? "").",
                remedy: "Money and quantities are integers in units of 1/10000, times are milliseconds since 1970; texts stand in quotes.")
        }
        return value
    }

    // MARK: deletions

    private func settle(_ state: RecordState, _ choice: Decision.Choice, _ live: [Dot], _ time: Timestamp) -> Change? {
        // What the record holds besides was known to whoever deleted it.
        if choice == .delete { return Change(time: time, action: .delete(Subject(of: state), .named(state.liveDots))) }
        // The edit once more, by somebody who knew of the deletion.
        let writes = state.fieldNames.compactMap { name -> FieldWrite? in
            guard let write = state.siblings(of: name).latest, live.contains(write.dot) else { return nil }
            return FieldWrite(
                name, write.content.value.named(by: state.id.source), context: .named(live), isPersonal: write.content.isPersonal)
        }
        return writes.isEmpty ? nil : Change(time: time, action: .write(Subject(of: state), writes))
    }

    // MARK: stock

    private func count(
        _ cell: StockCell, _ resolution: Resolution, _ live: [Dot], _ shown: Screen, _ lineage: Lineage
    ) throws(HubError)
        -> Count
    {
        if resolution.choice == .take {
            let dot = try chosen(resolution.side, among: live)
            guard let count = cell.decision(taking: dot, replacing: live, lineage: lineage) else { throw Self.gone }
            return count
        }
        guard case .integer(let quantity) = resolution.value else {
            throw HubError(
                .choiceInvalid, "A quantity is an integer in units of 1/10000.", remedy: "For 12 pieces give 120000.")
        }
        return cell.decision(quantity: quantity, replacing: shown.dots, screen: shown.movements)
    }

    // MARK: orders

    private func setState(
        _ view: OrderView, _ state: RecordState, _ resolution: Resolution, _ live: [Dot], _ time: Timestamp
    )
        throws(HubError) -> Change
    {
        let dot = try chosen(resolution.side, among: live)
        guard let side = view.contradiction?.sides.first(where: { $0.dot == dot }) else { throw Self.gone }
        let own = state.siblings(of: "state").writes.map(\.dot).filter(live.contains)
        // The words of its shipments were shown, too; they are other records' values (S30).
        return Change(
            time: time,
            action: .write(
                Subject(of: state),
                [FieldWrite("state", .text(side.state.name), context: .named(own), saw: live.filter { !own.contains($0) })]))
    }
}

extension Subject {
    /// The record itself, as another source names it.
    init(of state: RecordState) {
        self.init(entity: state.id.entity, source: state.id.source, key: state.id.key, life: state.id.life)
    }
}

extension Value {
    /// A record's value as another source writes it: a reference without a source means the record's own.
    func named(by owner: SourceID) -> Value {
        guard case .reference(var reference) = self else { return self }
        reference.source = reference.source ?? owner
        return .reference(reference)
    }
}

extension Dot {
    /// Whether people mean this dot: they may give as little of the replica as tells it from others, and all of the counter.
    func isMeant(by short: String) -> Bool {
        guard let separator = short.lastIndex(of: ":") else { return false }
        return "\(replica)".hasPrefix(short[..<separator]) && "\(counter)" == short[short.index(after: separator)...]
    }
}
