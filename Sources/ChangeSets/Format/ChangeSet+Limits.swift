import Causality

/// What a set must keep to be encoded: the same bounds that a reader holds it to.
extension ChangeSet {
    /// Whether changes fit one set, alone or in parts: for writers whose changes are kept before they are cut.
    ///
    /// - Throws: `ChangeSetError` as encoding them would.
    public static func check(_ changes: [Change]) throws(ChangeSetError) {
        let someone = ReplicaID(high: 0, low: 0)
        let opening = Opening(source: SourceID(someone), name: "check", follows: nil)
        try ChangeSet(replica: someone, first: 1, previous: .zero, opening: opening, part: .whole(drain: 1), changes: changes).checkLimits()
    }

    func checkLimits() throws(ChangeSetError) {
        guard !changes.isEmpty else { throw invalid("it holds no change") }
        try check(changes.count, Limits.changesMax, "changes")
        guard first >= 1, first <= ChangeSetHeader.counterMax - UInt64(changes.count) else { throw invalid("its counters leave the range") }
        guard (first == 1) == (opening != nil) else { throw invalid("the first change-set of a replica opens it, and no other does") }
        guard (first == 1) == (previous == .zero) else { throw invalid("only the first change-set of a replica has none before it") }
        guard part.number >= 1, part.number <= part.total else { throw invalid("it is part \(part.number) of \(part.total)") }
        try check(Int(part.total), Limits.partsMax, "parts")
        guard destroyed.isEmpty else { throw invalid("values of it were destroyed; only its bytes can be kept") }
        if let opening {
            try check(opening.name.string.utf8.count, Limits.nameBytesMax, "bytes in the source's name")
            if let follows = opening.follows { try check(follows) }
        }
        var sums = Sums()
        for change in changes {
            try check(change, &sums)
            try check(sums.cells, Limits.cellsMax, "fields of all changes")
            try check(sums.bytes, Limits.expandedBytesMax, "bytes of values")
            try check(sums.dots, Limits.dotsTotalMax, "dots")
        }
    }

    private struct Sums {
        var cells = 0
        var bytes = 0
        var dots = 0
    }

    private func check(_ change: Change, _ sums: inout Sums) throws(ChangeSetError) {
        switch change.action {
        case .write(let subject, let writes):
            try check(subject, &sums)
            try check(writes.count, Limits.fieldsMax, "fields in one change")
            if writes.count > 1, Self.hasRepeat(writes) { throw invalid("a change writes one field twice") }
            for write in writes { try check(write, &sums) }
        case .delete(let subject, let context):
            try check(subject, &sums)
            try check(context, &sums)
        case .stockOnly: break
        }
        try check(change.stock, &sums)
    }

    private static func hasRepeat(_ writes: [FieldWrite]) -> Bool {
        if writes.count > 16 { return Set(writes.map(\.field)).count != writes.count }
        for index in writes.indices.dropFirst() {
            for other in 0..<index where writes[other].field == writes[index].field { return true }
        }
        return false
    }

    private func check(_ subject: Subject, _ sums: inout Sums) throws(ChangeSetError) {
        try check(subject.entity.text, "an entity's name")
        try check(subject.key, &sums, depth: 0)
        if let life = subject.life { try check(life) }
    }

    private func check(_ write: FieldWrite, _ sums: inout Sums) throws(ChangeSetError) {
        try check(write.field.text, "a field's name")
        try check(write.context, &sums)
        try check(write.saw, &sums)
        try check(write.value, &sums, depth: 0)
    }

    private func check(_ value: Value, _ sums: inout Sums, depth: Int) throws(ChangeSetError) {
        sums.cells += 1
        guard case .reference(let reference) = value else {
            let count = value.byteCount
            sums.bytes += count
            return try check(count, Limits.valueBytesMax, "bytes in one value")
        }
        guard depth < Limits.referenceDepthMax else { throw tooLarge(depth + 1, Limits.referenceDepthMax, "references inside each other") }
        try check(reference.entity.text, "an entity's name")
        if let life = reference.life { try check(life) }
        try check(reference.key, &sums, depth: depth + 1)
    }

    private func check(_ key: LocalKey, _ sums: inout Sums, depth: Int) throws(ChangeSetError) {
        try check(key.values.count, Limits.keyColumnsMax, "key columns")
        for value in key.values { try check(value, &sums, depth: depth) }
    }

    private func check(_ context: Context, _ sums: inout Sums) throws(ChangeSetError) {
        if case .named(let dots) = context { try check(dots, &sums) }
    }

    private func check(_ dots: [Dot], _ sums: inout Sums) throws(ChangeSetError) {
        sums.dots += dots.count
        try check(dots.count, Limits.dotsMax, "dots in one list")
        for dot in dots { try check(dot) }
    }

    private func check(_ dot: Dot) throws(ChangeSetError) {
        guard dot.counter <= ChangeSetHeader.counterMax else { throw invalid("the counter \(dot.counter) leaves the range") }
    }

    private func check(_ stock: StockEffect?, _ sums: inout Sums) throws(ChangeSetError) {
        guard let stock else { return }
        var texts = [stock.sku, stock.location]
        switch stock {
        case .movement(let movement): texts += [movement.note, movement.counterpart].compactMap { $0 }
        case .count(let count):
            guard case .clocks(let replaced, let included) = count.coverage else { break }
            try check(replaced.entries.map { Dot($0.replica, $0.counter) }, &sums)
            try check(included.entries.map { Dot($0.replica, $0.counter) }, &sums)
        }
        for text in texts {
            sums.bytes += text.string.utf8.count
            try check(text.string.utf8.count, Limits.valueBytesMax, "bytes in one value")
        }
    }

    private func check(_ name: Text, _ what: String) throws(ChangeSetError) {
        if name.string.utf8.count > Limits.nameBytesMax { throw tooLarge(name.string.utf8.count, Limits.nameBytesMax, "bytes in \(what)") }
    }

    private func check(_ count: Int, _ limit: Int, _ what: @autoclosure () -> String) throws(ChangeSetError) {
        if count > limit { throw tooLarge(count, limit, what()) }
    }

    private func tooLarge(_ count: Int, _ limit: Int, _ what: String) -> ChangeSetError {
        ChangeSetError(
            .tooLarge, "Change-set \(first) of replica \(replica.short) has \(count) \(what); \(limit) are taken.",
            remedy: "Cut it into smaller change-sets, or leave the large value out of the mapping.")
    }

    private func invalid(_ what: String) -> ChangeSetError {
        ChangeSetError(
            .invalid, "Change-set \(first) of replica \(replica.short) cannot be encoded: \(what).",
            remedy: "This is a fault of the program that made it; report it, nothing was sent.")
    }
}
