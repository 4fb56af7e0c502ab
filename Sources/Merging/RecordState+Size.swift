import ChangeSets

/// How large a record may become: its state is read whole whenever it changes, and is one entry of every page that tells it.
extension RecordState {
    /// Values that are kept at a time, over all fields, with the deletions: a table of SQLite has 2,000 columns.
    public static let valuesMax = 8_192
    /// Bytes of their texts and blobs: two rows of the largest size that capture takes.
    public static let bytesMax = 8 << 20

    public var valueCount: Int { fields.reduce(deletions.writes.count) { $0 + $1.siblings.writes.count } }

    public var contentByteCount: Int {
        fields.reduce(0) { sum, field in field.siblings.writes.reduce(sum) { $0 + $1.content.value.contentByteCount } }
    }

    /// Whether the change could make a record larger than that; `nil` for a state: it creates the record.
    ///
    /// What the change supersedes still counts: a record that is full takes no more by edits.
    public static func isTooLarge(
        _ change: Change, for state: RecordState?, valuesMax: Int = valuesMax, bytesMax: Int = bytesMax
    ) -> Bool {
        guard case .write(_, let writes) = change.action else { return (state?.valueCount ?? 0) >= valuesMax }
        let bytes = writes.reduce(0) { $0 + $1.value.contentByteCount }
        return (state?.valueCount ?? 0) + writes.count > valuesMax || (state?.contentByteCount ?? 0) + bytes > bytesMax
    }
}
