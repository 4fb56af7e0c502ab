import ChangeSets

extension OrderView {
    /// In place of a state that is no word but a text.
    private static let stateLeftOut = OrderState.other("…")

    /// What a shop needs most of an order whose whole document is too large to be fed: where it stands, its fields (the smallest first), the last
    /// shipments. A value is there whole or not at all.
    ///
    /// - Parameter bytesMax: of the document. The order's own name and its state always remain, and its number and a state of its system's
    ///   own unless one takes a quarter of them.
    public func shortened(toBytes bytesMax: Int) -> OrderView {
        var short = self
        short.isShortened = true
        (short.fields, short.states, short.shipments) = ([], [], [])
        short.contradiction?.sides = []
        if let number, number.string.utf8.count > bytesMax / 4 { short.number = nil }
        if state.name.string.utf8.count > bytesMax / 4 { short.state = Self.stateLeftOut }
        var room = DocumentRoom(bytes: bytesMax - short.json().count)
        // The highest precedence and the latest shipment are the last ones.
        short.states = room.keep(states.reversed(), share: room.bytes / 4) { $0.write(to: &$1) }.reversed()
        short.contradiction?.sides = room.keep(contradiction?.sides ?? [], share: room.bytes / 4) { $0.write(to: &$1) }
        let bySize = fields.map { field in (field, size: JSONDocument.object { field.writeValue(to: &$0) }.count) }
            .sorted { ($0.size, $0.0.name) < ($1.size, $1.0.name) }.map(\.0)
        short.fields = room.keep(bySize, share: room.bytes / 2) { field, document in
            field.writeValue(to: &document)
            field.writeDot(to: &document)
        }.sorted { $0.name < $1.name }
        short.shipments = room.keep(shipments.reversed()) { $0.write(to: &$1) }.reversed()
        return short
    }
}
