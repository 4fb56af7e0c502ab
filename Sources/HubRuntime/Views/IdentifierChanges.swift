import ChangeSets

/// Rows of identifiers that are to go and to come, gathered over many records.
struct IdentifierChanges {
    private var gone: [IdentifierRow] = []
    private var new: [IdentifierRow] = []

    var count: Int { gone.count + new.count }

    /// What one record held and holds.
    mutating func add(_ former: [IdentifierRow], _ present: [IdentifierRow]) {
        if former == present { return }
        for row in former where !present.contains(where: { $0.kind == row.kind && $0.value == row.value }) { gone.append(row) }
        for row in present where !former.contains(row) { new.append(row) }
    }

    /// Writes them in the order of their table, so that neighbours are written together, and forgets them.
    mutating func write(to store: any HubWriting) throws {
        for row in gone.sorted(by: Self.areInOrder) { try store.delete(row) }
        for row in new.sorted(by: Self.areInOrder) { try store.put(row) }
        (gone, new) = ([], [])
    }

    private static func areInOrder(_ left: IdentifierRow, _ right: IdentifierRow) -> Bool {
        if left.kind != right.kind { return left.kind.rawValue < right.kind.rawValue }
        return left.value == right.value ? left.record < right.record : Text(left.value) < Text(right.value)
    }
}
