/// Domains that are most likely a slip for a big provider's.
enum MisspelledDomain {
    /// Long enough that one slip away from them nobody else is well known.
    private static let providers = [
        "gmail.com", "googlemail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "protonmail.com", "hotmail.co.uk",
        "yahoo.co.uk", "hotmail.fr", "btinternet.com", "comcast.net",
    ]
    /// Providers of their own that are one slip away from another's.
    private static let others: Set<String> = ["mail.com", "email.com", "ymail.com", "rmail.com", "fmail.com", "hotmail.de", "hotmail.es"]
    /// Top-level domains that do not exist.
    private static let tops: Set<Substring> = ["con", "cmo", "ocm", "comm", "coom", "vom", "xom", "cpm", "clm", "nte", "ner", "ogr", "rog"]

    static func isLikely(_ domain: String) -> Bool {
        if let dot = domain.lastIndex(of: "."), tops.contains(domain[domain.index(after: dot)...]) { return true }
        guard !others.contains(domain), !providers.contains(domain) else { return false }
        return providers.contains { isOneSlip($0.utf8, domain.utf8) }
    }

    /// One letter more, less or other, or two neighbours exchanged (F. Damerau, 1964).
    static func isOneSlip(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        guard abs(left.count - right.count) <= 1 else { return false }
        let same = zip(left, right).prefix { $0 == $1 }.count
        let (a, b) = (Array(left.dropFirst(same)), Array(right.dropFirst(same)))
        if a.isEmpty && b.isEmpty { return false }
        if a.count > b.count { return a.dropFirst().elementsEqual(b) }
        if a.count < b.count { return b.dropFirst().elementsEqual(a) }
        if a.dropFirst().elementsEqual(b.dropFirst()) { return true }
        return a.count >= 2 && a[0] == b[1] && a[1] == b[0] && a.dropFirst(2).elementsEqual(b.dropFirst(2))
    }
}
