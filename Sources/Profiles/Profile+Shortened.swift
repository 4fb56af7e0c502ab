import ChangeSets

extension Profile {
    /// What a shop needs most of a person whose whole document is too large to be fed: fields and identifiers first, then the
    /// records, then the last purchases; why they are linked is left out. Nothing is cut in the middle: a value is there whole or not at all,
    /// so that nobody takes a piece of a note for the note and writes it back.
    ///
    /// - Parameter bytesMax: of the document without beaten values. An id, a number and a few sums always remain.
    public func shortened(toBytes bytesMax: Int) -> Profile {
        var short = self
        short.isShortened = true
        (short.fields, short.identifiers, short.records, short.links) = ([], [], [], [])
        var none = DocumentRoom(bytes: 0)
        short.purchases = purchases.shortened(to: &none)
        var room = DocumentRoom(bytes: bytesMax - short.json(withBeaten: false).count)
        // The smallest first: names and numbers rather than a novel.
        let bySize = fields.map { field in (field, size: JSONDocument.object { field.write(to: &$0, withBeaten: false) }.count) }
            .sorted { ($0.size, $0.0.name) < ($1.size, $1.0.name) }.map(\.0)
        short.fields = room.keep(bySize, share: room.bytes / 2) { field, document in
            document.object(field.name.description) { field.write(to: &$0, withBeaten: false) }
        }.sorted { $0.name < $1.name }
        short.identifiers = room.keep(identifiers, share: room.bytes / 2) { $0.write(to: &$1) }
        short.records = room.keep(records, share: room.bytes / 2) { $0.write(to: &$1) }
        short.purchases = purchases.shortened(to: &room)
        return short
    }
}
