/// What a writer was *shown* of a field before it wrote: the earlier writes that its write names.
public enum Context: Hashable, Sendable {
    /// The writer sent no `seen` token: it names its own chain's earlier tokenless writes of the field.
    /// Costs nothing on the wire, and is what captured, imported and posted writes carry (S2).
    case chain
    /// The writer was shown exactly these writes: a `seen` token, or an operator's screen.
    case named([Dot])
}
