import ChangeSets

/// What measures ask of an item: texts without spaces around; blank ones are absent.
public struct ItemTraits: Hashable, Sendable {
    public var category: Text?
    public var brand: Text?
    public var size: Text?
    public var colour: Text?

    public init(category: Text? = nil, brand: Text? = nil, size: Text? = nil, colour: Text? = nil) {
        self.category = category?.trimmed
        self.brand = brand?.trimmed
        self.size = size?.trimmed
        self.colour = colour?.trimmed
    }

    public var isComplete: Bool { category != nil && brand != nil && size != nil && colour != nil }

    /// Takes from another item what this one does not say: a shop that keeps no brands does not hide the web shop's.
    public mutating func fill(from other: ItemTraits) {
        category = category ?? other.category
        brand = brand ?? other.brand
        size = size ?? other.size
        colour = colour ?? other.colour
    }
}

extension Text {
    /// Without spaces around; `nil` when nothing is left.
    var trimmed: Text? {
        guard let first = string.first, let last = string.last else { return nil }
        guard first.isWhitespace || last.isWhitespace else { return self }
        var rest = string[...]
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return rest.isEmpty ? nil : Text(rest)
    }
}
