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

        public var dot: Dot { precedence.dot }

        public init(precedence: Precedence, context: Context, content: Content) {
            self.precedence = precedence
            self.context = context
            self.content = content
        }

        /// Whether this write names `earlier`.
        public func names(_ earlier: Write, in lineage: Lineage) -> Bool {
            switch context {
            case .named(let dots): dots.contains(earlier.dot)
            case .chain: earlier.context.isChain && lineage.chain(of: dot, contains: earlier.dot)
            }
        }
    }

    /// Live writes in the order of their precedence: the last one wins where the policy is "latest".
    public private(set) var writes: [Write]

    public init(_ writes: [Write] = []) {
        self.writes = writes.sorted { $0.precedence < $1.precedence }
    }

    public var latest: Write? { writes.last }
    public var isConcurrent: Bool { writes.count > 1 }

    /// Takes `write` in and drops what it names.
    ///
    /// - Returns: the writes that are siblings no more.
    /// - Precondition: the caller drops repeats: `write` has not been admitted before.
    @discardableResult
    public mutating func admit(_ write: Write, in lineage: Lineage) -> [Write] {
        let superseded = writes.filter { write.names($0, in: lineage) }
        if !superseded.isEmpty { writes.removeAll { write.names($0, in: lineage) } }
        let index = writes.firstIndex { write.precedence < $0.precedence } ?? writes.endIndex
        writes.insert(write, at: index)
        return superseded
    }
}

extension Siblings.Write: Equatable where Content: Equatable {}
extension Siblings.Write: Hashable where Content: Hashable {}
extension Siblings: Equatable where Content: Equatable {}
extension Siblings: Hashable where Content: Hashable {}

extension Context {
    public var isChain: Bool { if case .chain = self { true } else { false } }
}
