extension LinkRules {
    /// As in the standard rules, whose devices and cookies link up to so many.
    static let unrankedRecordsPerSourceMax = 10

    /// The most records of one source that may hold a device or a cookie for it to tell whose an event is: as many as it may link.
    ///
    /// Rules that link by no device still know whose it is: an event joins nobody to anybody. Then the standard limit holds.
    public func recordsPerSourceMax(of kind: Identifier.Kind) -> Int {
        rank(of: kind).map { ranks[$0].recordsPerSourceMax } ?? Self.unrankedRecordsPerSourceMax
    }
}
