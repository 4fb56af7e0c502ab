import Causality
import ChangeSets
import Inventory
import Merging

/// Which articles are asked for.
public struct StockQuestion: Hashable, Sendable {
    /// How their SKUs begin, or words of their names, brands or codes, which may be cut short.
    public var prefix: String
    /// Only what this location has or had.
    public var location: String?
    public var isOversoldOnly: Bool
    /// Only what should be counted somewhere (`StockPile.isCountDue`).
    public var isCountDueOnly: Bool
    /// `next` of the page before.
    public var after: String?

    public init(
        prefix: String = "", location: String? = nil, isOversoldOnly: Bool = false, isCountDueOnly: Bool = false, after: String? = nil
    ) {
        self.prefix = prefix
        self.location = location
        self.isOversoldOnly = isOversoldOnly
        self.isCountDueOnly = isCountDueOnly
        self.after = after
    }
}

/// Some articles with what every location has of them.
public struct StockPage: Encodable, Hashable, Sendable {
    public struct Article: Encodable, Hashable, Sendable {
        public var sku: String
        /// As a source's item calls it.
        public var name: String?
        /// By location.
        public var piles: [StockPile]
    }

    /// By SKU.
    public var articles: [Article] = []
    /// What the next page comes after; `nil`: there is none.
    public var next: String?
    /// The page is not full, since no more articles than `Hub.askingSKUsMax` are looked at for one: the rest is still to be looked at.
    public var isCut = false
    /// More items bear the words than were looked through.
    public var isWordsCut = false
}

extension Hub {
    public static let skusPerPage = 25
    /// So many articles are looked at for one page of those that are oversold (of the ones that ask for people), or that should be counted.
    public static let askingSKUsMax = 500

    /// A page of articles, in the order of their SKUs.
    public func stock(_ question: StockQuestion, now: Timestamp) async throws -> StockPage {
        try await reading(now) { [self] documents in
            let heard = try heard(documents.store)
            // What was drawn to be chosen is not drawn again to be shown.
            var drawn: [String: [StockPile]] = [:]
            func piles(_ sku: String) throws -> [StockPile] {
                if let known = drawn[sku] { return known }
                return try documents.store.cells(sku: sku).map { try StockPile($0, heard: heard, documents) }
            }
            var page = StockPage()
            let skus: [String]
            if question.isOversoldOnly {
                (skus, page.next, page.isCut) = try Self.asking(question, documents)
            } else if question.isCountDueOnly {
                (skus, page.next, page.isCut) = try Self.countDue(question, documents) { sku in
                    let own = try piles(sku)
                    let isDue = own.contains { pile in
                        pile.isCountDue(at: now.milliseconds) && question.location.map { Text($0) == Text(pile.location) } ?? true
                    }
                    if isDue { drawn[sku] = own }
                    return isDue
                }
            } else {
                let begun = try documents.store.skus(
                    startingWith: question.prefix, after: question.after, at: question.location, limit: Self.skusPerPage + 1)
                let named: [String]
                (named, page.isWordsCut) = try Self.named(question, documents, limit: Self.skusPerPage + 1)
                let found = named.isEmpty ? begun : Set((begun + named).map { Text($0) }).sorted().map(\.string)
                skus = Array(found.prefix(Self.skusPerPage))
                if found.count > skus.count { page.next = skus.last }
            }
            page.articles = try skus.map { sku in
                StockPage.Article(
                    sku: sku, name: try documents.item(sku: sku)?["name"]?.typed?.string,
                    piles: try piles(sku))
            }
            return page
        }
    }

    /// So many items that bear a word are looked through.
    public static let itemsLookedMax = 50_000
    /// So many words are looked for.
    static let wordsMax = 8

    /// By words of their names; whether more bear them than are looked through.
    static func named(
        _ question: StockQuestion, _ documents: Documents, looked: Int = itemsLookedMax, limit: Int
    ) throws -> (skus: [String], isCut: Bool) {
        // Begun with the word that the fewest bear.
        let words = try ItemWords.in(question.prefix).prefix(wordsMax).map { word in
            (word: word, items: try documents.store.itemWords(startingWith: word, max: looked + 1))
        }.sorted { $0.items < $1.items }
        guard let rarest = words.first else { return ([], false) }
        let skus = try documents.store.skus(
            bearing: words.map(\.word), after: question.after, at: question.location, looked: looked, limit: limit)
        return (skus, rarest.items > looked)
    }

    /// What is oversold, of the articles that ask for people.
    private static func asking(_ question: StockQuestion, _ documents: Documents) throws -> Choice {
        try chosen(question, documents) { prefix, limit in
            try documents.store.askingSKUs(startingWith: prefix, after: question.after, at: question.location, limit: limit)
        } where: {
            try isOversold($0, at: question.location, documents)
        }
    }

    private static func countDue(
        _ question: StockQuestion, _ documents: Documents, isDue: (_ sku: String) throws -> Bool
    ) throws -> Choice {
        try chosen(question, documents) { prefix, limit in
            try documents.store.skus(startingWith: prefix, after: question.after, at: question.location, limit: limit)
        } where: {
            try isDue($0)
        }
    }

    private typealias Choice = (skus: [String], next: String?, isCut: Bool)

    /// - Parameters:
    ///   - find: so many SKUs that begin with a prefix, behind those of the page before.
    ///   - fits: whether one belongs on the page.
    private static func chosen(
        _ question: StockQuestion, _ documents: Documents, find: (_ prefix: String, _ limit: Int) throws -> [String],
        where fits: (_ sku: String) throws -> Bool
    ) throws -> Choice {
        var everywhere = question
        (everywhere.after, everywhere.location) = (nil, nil)
        let named = Set(try named(everywhere, documents, limit: itemsLookedMax).skus.map { Text($0) })
        let found = try find(named.isEmpty ? question.prefix : "", askingSKUsMax + 1)
        var skus: [String] = []
        for (looked, sku) in found.enumerated() {
            guard looked < askingSKUsMax else { return (skus, found[looked - 1], true) }
            guard sku.utf8.starts(with: question.prefix.utf8) || named.contains(Text(sku)) else { continue }
            guard try fits(sku) else { continue }
            guard skus.count < skusPerPage else { return (skus, skus.last, false) }
            skus.append(sku)
        }
        return (skus, nil, false)
    }

    private static func isOversold(_ sku: String, at location: String?, _ documents: Documents) throws -> Bool {
        try documents.store.cells(sku: sku).contains { row in
            guard row.asks, location.map({ Text($0) == Text(row.location) }) ?? true else { return false }
            // A figure that does not fit is shown as unknown with the stock itself.
            do { return try documents.figure(row).isOversold } catch is InventoryError { return false }
        }
    }
}
