import ChangeSets
import HubRuntime

// Sums over all purchases. What a row is worth is what `PurchaseRow.value` says, cut off at 10¹² units of a currency; sums of money are
// made of two parts, so that none overflows: all but the low 20 bits, and these. What a purchase is, `MeasuresTally` says.
extension Session {
    func eachSales(in range: Range<Int64>, by days: LocalDays, splitAt: Int64, _ body: (SalesRow) throws -> Void) throws {
        // Without a further step the last one goes on.
        let steps = (0..<3).map { index in index < days.steps.count ? days.steps[index] : LocalDays.Step(from: .max, ahead: 0) }
        try each(
            """
            SELECT source, ifnull(currency, ''), day, early, sum(net >> 20), sum(net & 1048575), sum(back >> 20), sum(back & 1048575),
                sum(bought)
            FROM (
                SELECT source, currency, at < ?3 AS early,
                    (at + CASE WHEN at < ?4 THEN ?5 WHEN at < ?6 THEN ?7 ELSE ?8 END) / 86400000 AS day,
                    CASE kind WHEN 3 THEN -abs(worth) ELSE worth END AS net,
                    CASE kind WHEN 3 THEN abs(worth) ELSE max(given, -worth, 0) END AS back,
                    kind <> 3 AND (worth + given > 0 OR (worth = 0 AND given = 0)) AS bought
                FROM (
                    SELECT source, currency, at, kind, max(0, min(10000000000000000, returned)) AS given,
                        max(-10000000000000000, min(10000000000000000, ifnull(total, line_amount))) AS worth
                    FROM purchase WHERE counted = 1 AND at >= ?1 AND at < ?2))
            GROUP BY 1, 2, 3, 4
            """,
            bind: {
                $0.bind(range.lowerBound)
                $0.bind(range.upperBound)
                $0.bind(splitAt)
                $0.bind(steps[1].from)
                $0.bind(steps[0].ahead)
                $0.bind(steps[2].from)
                $0.bind(steps[1].ahead)
                $0.bind(steps[2].ahead)
            }
        ) {
            try body(
                SalesRow(
                    source: $0.int32(0), currency: $0.string(1), day: $0.int64(2), isEarly: $0.bool(3), net: $0.sum(4), returned: $0.sum(6),
                    purchases: $0.int64(8)))
        }
    }

    func buyers(_ question: BuyersQuestion) throws -> BuyersRow {
        // A person's records stand together in the index, so nothing is sorted; each record's first and last purchase is one search.
        try first(
            """
            SELECT count(*), total(first >= ?3), total(first >= ?4 AND first < ?5), total(last >= ?6), total(last < ?6) FROM (
                SELECT
                    min((SELECT at FROM purchase WHERE buyer = c.record AND at BETWEEN ?1 AND ?2 AND counted = 1 AND kind <> 3
                        AND (ifnull(total, line_amount) + returned > 0 OR (ifnull(total, line_amount) = 0 AND returned = 0))
                        ORDER BY at LIMIT 1)) AS first,
                    max((SELECT at FROM purchase WHERE buyer = c.record AND at BETWEEN ?1 AND ?2 AND counted = 1 AND kind <> 3
                        AND (ifnull(total, line_amount) + returned > 0 OR (ifnull(total, line_amount) = 0 AND returned = 0))
                        ORDER BY at DESC LIMIT 1)) AS last
                FROM customer c GROUP BY c.profile
                HAVING last IS NOT NULL OR max(EXISTS (SELECT 1 FROM purchase WHERE buyer = c.record AND counted = 1)))
            """,
            bind: {
                $0.bind(question.credible.lowerBound)
                $0.bind(question.credible.upperBound)
                $0.bind(question.new)
                $0.bind(question.before.lowerBound)
                $0.bind(question.before.upperBound)
                $0.bind(question.active)
            }
        ) {
            BuyersRow(all: $0.int64(0), new: $0.int64(1), newBefore: $0.int64(2), active: $0.int64(3), lapsed: $0.int64(4))
        } ?? BuyersRow(all: 0, new: 0, newBefore: 0, active: 0, lapsed: 0)
    }

    func worth() throws -> [WorthRow] {
        // `total` adds as a floating-point number, exact up to 9 · 10¹¹ units of a currency, and never fails.
        try all(
            """
            SELECT currency, tenth, count(*), min(amount), sum(amount >> 20), sum(amount & 1048575) FROM (
                SELECT currency, amount, CASE WHEN amount > 0
                    THEN ntile(10) OVER (PARTITION BY currency, amount > 0 ORDER BY amount DESC, profile) ELSE 0 END AS tenth
                FROM (
                    SELECT t.currency AS currency, c.profile AS profile,
                        max(-10000000000000000, min(10000000000000000, CAST(total(t.amount) AS INTEGER))) AS amount
                    FROM customer c CROSS JOIN total t ON t.customer = c.record WHERE t.purchases <> 0 OR t.amount <> 0
                    GROUP BY c.profile, t.currency))
            GROUP BY currency, tenth ORDER BY currency, tenth
            """
        ) { WorthRow(currency: $0.string(0), tenth: Int($0.int32(1)), people: $0.int64(2), least: $0.int64(3), sum: $0.sum(4)) }
    }

    func sold(in range: Range<Int64>, limit: Int) throws -> [SoldRow] {
        // A line counts for a billion pieces at most.
        try all(
            """
            SELECT l.sku, sum(max(-10000000000000, min(10000000000000, l.quantity))) AS pieces
            FROM purchase p CROSS JOIN purchase_line l ON l.purchase = p.record
            WHERE p.counted = 1 AND p.at >= ? AND p.at < ? AND l.sku IS NOT NULL GROUP BY l.sku HAVING pieces > 0
            ORDER BY pieces DESC, l.sku LIMIT ?
            """,
            bind: {
                $0.bind(range.lowerBound)
                $0.bind(range.upperBound)
                $0.bind(Int64(limit))
            }
        ) { SoldRow(sku: $0.string(0), quantity: $0.int64(1)) }
    }
}

extension RawStatement {
    /// A sum in two columns: all but the low 20 bits, and these.
    fileprivate func sum(_ column: Int32) -> Int128 { Int128(int64(column)) << 20 + Int128(int64(column + 1)) }
}
