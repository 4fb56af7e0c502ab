import Causality

// When a yes or a no was said, for comparing words of different records. No clock decides within one record.
extension ConsentRecord.Word {
    /// When a no was said; `nil` when that cannot be told: then no yes elsewhere is later.
    ///
    /// Without a credible time of its own it is taken for as late as it can be: when it was written down.
    var momentOfNo: UInt64? {
        guard precedence.isInBound else { return nil }
        return ownMoment ?? precedence.time.milliseconds
    }

    /// When a yes was said; `nil` when that cannot be told: then it is later than no no.
    ///
    /// A record that an application first shows us may be old, so the time of the write that created it proves nothing; that of
    /// an edit does.
    var momentOfYes: UInt64? {
        guard precedence.isInBound else { return nil }
        return ownMoment ?? (dot == record.life ? nil : precedence.time.milliseconds)
    }

    /// Nothing is said after it was written down.
    private var ownMoment: UInt64? {
        guard let at, at >= CredibleTimes.earliest else { return nil }
        return min(UInt64(at), precedence.time.milliseconds)
    }
}
