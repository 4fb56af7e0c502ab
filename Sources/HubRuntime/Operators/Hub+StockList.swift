import Causality
import ChangeSets
import Inventory
import Merging

/// Which articles are asked for.
public struct StockQuestion: Hashable, Sendable {
    /// How their SKUs begin.
    public var prefix: String
    /// Only what this location has or had.
    public var location: String?
    public var isOversoldOnly: Bool
    /// `next` of the page before.
    public var after: String?

    public init(prefix: String = "", location: String? = nil, isOversoldOnly: Bool = false, after: String? = nil) {
        self.prefix = prefix
        self.location = location
        self.isOversoldOnly = isOversoldOnly
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
    /// More piles ask for people than were looked through.
    public var isCut = false
}

extension Hub {
    public static let skusPerPage = 25

    /// A page of articles, in the order of their SKUs.
    public func stock(_ question: StockQuestion, now: Timestamp) async throws -> StockPage {
        try await reading(now) { [self] documents in
            let heard = try heard(documents.store)
            var page = StockPage()
            let skus: [String]
            if question.isOversoldOnly {
                (skus, page.isCut) = try Self.oversold(question, documents)
            } else {
                skus = try documents.store.skus(
                    startingWith: question.prefix, after: question.after, at: question.location, limit: Self.skusPerPage + 1)
            }
            if skus.count > Self.skusPerPage { page.next = skus[Self.skusPerPage - 1] }
            page.articles = try skus.prefix(Self.skusPerPage).map { sku in
                StockPage.Article(
                    sku: sku, name: try documents.item(sku: sku)?["name"]?.typed?.string,
                    piles: try documents.store.cells(sku: sku).map { try StockPile($0, heard: heard, documents) })
            }
            return page
        }
    }

    /// One more SKU than a page shows, if there is one; and whether more piles ask for people than are looked through.
    private static func oversold(_ question: StockQuestion, _ documents: Documents) throws -> (skus: [String], isCut: Bool) {
        let flagged = try documents.store.cells(flaggedAfter: 0, limit: conflictsPerKindMax + 1)
        var skus: Set<Text> = []
        for row in flagged.prefix(conflictsPerKindMax) {
            guard row.sku.utf8.starts(with: question.prefix.utf8), question.location.map({ Text($0) == Text(row.location) }) ?? true,
                question.after.map({ Text($0) < Text(row.sku) }) ?? true
            else { continue }
            // A figure that does not fit is shown as unknown with the stock itself.
            do { if try documents.figure(row).isOversold { skus.insert(Text(row.sku)) } } catch is InventoryError { continue }
        }
        return (skus.sorted().prefix(skusPerPage + 1).map(\.string), flagged.count > conflictsPerKindMax)
    }
}
