import HubRuntime

extension Console {
    /// Which part of the pairs that may be one person is looked at.
    public struct ProposalsPart: Sendable {
        /// Only what is likelier.
        public var above: Double
        /// `next` of the part before; `nil`: the first.
        public var after: String?

        public init(above: Double?, after: String?) {
            self.above = above.flatMap { $0.isNaN ? nil : min(max($0, 0), 1) } ?? Self.usual
            self.after = after.flatMap { $0.isEmpty ? nil : $0 }
        }

        /// Pairs of a page.
        public static let pairs = 10
        /// Below it most of what is proposed is wrong.
        static let usual = 0.99
        static let all = 0.5

        public var address: String { "/proposals?above=\(above)" + (after.map { "&after=\(Address.encoded($0))" } ?? "") }
    }

    /// Records that may be one person's, side by side, with what speaks for it and against.
    ///
    public func proposals(_ proposals: ListPage<ProposalAnswer>, part: ProposalsPart, problem: HubError?, for visitor: Visitor) -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        let words = CustomerWords(forms: forms)
        let pairs = proposals.enumerated().map { pair($1, number: $0 + 1, words) }
        return page(
            "proposals", title: strings["proposals-title"], section: .customers,
            [
                "summary": strings("proposals-above", ["share": PairTable.share(part.above, strings)]),
                "problem": problem.map { told($0, strings) }, "pairs": pairs, "isEmpty": pairs.isEmpty,
                "above": "\(part.above)", "part": part.after,
                "first": part.after == nil ? nil : ProposalsPart(above: part.above, after: nil).address,
                "next": proposals.next.map { ProposalsPart(above: part.above, after: $0).address },
                "hasPager": part.after != nil || proposals.next != nil,
                "less": part.above > ProposalsPart.all ? "/proposals?above=\(ProposalsPart.all)" : nil,
                "usual": part.above < ProposalsPart.usual ? "/proposals" : nil,
            ], for: visitor)
    }

    private func pair(_ proposal: ProposalAnswer, number: Int, _ words: CustomerWords) -> View {
        let table = PairTable(proposal: proposal, words: words)
        var view = table.view(label: "\(table.title) (\(number))")
        (view["number"], view["title"]) = ("\(number)", table.title)
        (view["lower"], view["higher"]) = (proposal.lower.id, proposal.higher.id)
        return view
    }
}
