/// The live values of one field: **the admitted writes that no admitted write names** (S3).
///
/// With *A* the admitted writes of the field and *names(w)* the writes that *w* names,
///
///     siblings(A) = { w ∈ A : there is no v ∈ A with w ∈ names(v) }
///
/// The right side mentions no order, so the state is a function of the set *A*. Admitting writes one by
/// one gives the same, because a write is admitted only after every write that it names (S4): when *v*
/// arrives, all it names is here and leaves for good, and nothing that *v* is named by can be here yet.
///
/// Sources: version vectors (Parker et al., 1983); dotted version vectors (N. Preguiça, C. Baquero et al.,
/// "Dotted version vectors: logical clocks for optimistic replication", 2010), whose dot names one write
/// where a plain vector would also cover what its writer was never shown.
public struct Siblings<Content: Sendable>: Sendable {
    public struct Write: Sendable {
        public var precedence: Precedence
        public var context: Context
        public var content: Content

        @inlinable public var dot: Dot { precedence.dot }

        @inlinable
        public init(precedence: Precedence, context: Context, content: Content) {
            self.precedence = precedence
            self.context = context
            self.content = content
        }

        /// Whether this write names `earlier`.
        @inlinable
        public func names(_ earlier: Write, in lineage: Lineage) -> Bool {
            switch context {
            case .named(let dots): dots.contains(earlier.dot)
            case .chain: earlier.context.isChain && lineage.chain(of: dot, contains: earlier.dot)
            }
        }
    }

    // Inlinable throughout, so that the modules that merge millions of fields get code made for their content.

    /// Live writes in the order of their precedence: the last one wins where the policy is "latest".
    @inlinable public var writes: [Write] { ordered }
    @usableFromInline var ordered: [Write]

    @inlinable
    public init(_ writes: [Write] = []) {
        ordered = writes
        if writes.count > 1 { ordered.sort { $0.precedence < $1.precedence } }
    }

    @inlinable public var latest: Write? { writes.last }
    @inlinable public var isConcurrent: Bool { writes.count > 1 }

    /// Takes `write` in and drops what it names.
    ///
    /// - Returns: the writes that are siblings no more.
    /// - Precondition: the caller drops repeats: `write` has not been admitted before.
    @discardableResult
    @inlinable
    public mutating func admit(_ write: Write, in lineage: Lineage) -> [Write] {
        guard !ordered.isEmpty else {
            ordered = [write]
            return []
        }
        let superseded = ordered.filter { write.names($0, in: lineage) }
        if !superseded.isEmpty { ordered.removeAll { write.names($0, in: lineage) } }
        let index = ordered.firstIndex { write.precedence < $0.precedence } ?? ordered.endIndex
        ordered.insert(write, at: index)
        return superseded
    }
}

extension Siblings.Write: Equatable where Content: Equatable {}
extension Siblings.Write: Hashable where Content: Hashable {}
extension Siblings: Equatable where Content: Equatable {}
extension Siblings: Hashable where Content: Hashable {}

extension Context {
    @inlinable public var isChain: Bool { if case .chain = self { true } else { false } }
}
