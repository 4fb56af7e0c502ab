/// Room that a document still has, for what may be left out of it: items are kept in their order as long as each fits.
///
/// What does not fit is passed over, and a later, smaller one is still kept: one huge value must not cost all that stand behind it.
public struct DocumentRoom: Sendable {
    public private(set) var bytes: Int

    public init(bytes: Int) { self.bytes = max(0, bytes) }

    /// - Parameters:
    ///   - share: at most so many bytes of the room are taken.
    ///   - write: writes an item as it stands in the document.
    public mutating func keep<Item>(_ items: [Item], share: Int = .max, write: (Item, inout JSONDocument) -> Void) -> [Item] {
        var left = min(share, bytes)
        let kept = items.filter { item in
            // With the comma or the name before it, which the object's own braces stand for.
            let size = JSONDocument.object { document in write(item, &document) }.count + 2
            guard size <= left else { return false }
            left -= size
            bytes -= size
            return true
        }
        return kept
    }
}
