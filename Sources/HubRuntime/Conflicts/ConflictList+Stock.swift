import Causality
import ChangeSets
import Inventory
import Merging

// Piles of goods: counts that did not know of each other, more sold than there is, more received than sent.
extension ConflictList {
    func eachStock(after row: ConflictPlace.Row?, _ look: Look) throws {
        var last = row?.number ?? 0
        while case let rows = try store.cells(flaggedAfter: last, limit: Self.chunkRows), let end = rows.last {
            for row in rows {
                guard try look(.number(row.cell), stock(row)) else { return }
            }
            last = end.cell
        }
    }

    func stock(named name: String) throws -> [Finding] { try row(named: name).map(stock) ?? [] }

    /// By `code/SKU at LOCATION`; either of the two may hold the word " at " itself.
    private func row(named name: String) throws -> StockCellRow? {
        guard let slash = name.firstIndex(of: "/") else { return nil }
        let key = name[name.index(after: slash)...]
        var from = key.startIndex
        while let word = key.range(of: " at ", range: from..<key.endIndex) {
            if let row = try store.cell(sku: String(key[..<word.lowerBound]), location: String(key[word.upperBound...])) { return row }
            from = key.index(after: word.lowerBound)
        }
        return nil
    }

    private func stock(_ row: StockCellRow) throws -> [Finding] {
        let figure: StockFigure
        // A figure that does not fit is shown as unknown with the stock itself.
        do { figure = try documents.figure(row) } catch is InventoryError { return [] }
        let cell = try StockCell(row, standing: documents.standing)
        return figure.conflicts.map { finding($0, cell, figure) }.sorted { $0.answer.id < $1.answer.id }
    }

    private func finding(_ conflict: StockConflict, _ cell: StockCell, _ figure: StockFigure) -> Finding {
        let kind = conflict.kind
        let counts = cell.liveCounts
        return Finding(
            kind, "\(conflict.code)/\(figure.key)", message: Self.message(conflict, "\(figure.key)", figure), remedy: Self.remedy(conflict),
            about: Self.about(conflict, figure.key), sides: kind == .concurrentCounts ? counts.map { count($0) } : [],
            subject: .cell(cell), screen: Screen(dots: counts.map(\.dot), movements: cell.movements), facts: Self.facts(conflict))
    }

    /// With since when a pile is oversold, which takes some reading: for those that somebody sees, or whose age is asked for.
    func dated(_ finding: Finding) throws -> Finding {
        guard finding.answer.kind == .oversell, finding.answer.since == nil, finding.answer.sinceBefore == nil,
            case .cell(let cell) = finding.subject, let missing = finding.answer.about.quantity,
            let row = try store.cell(sku: cell.key.sku.string, location: cell.key.location.string)
        else { return finding }
        var walk = OversoldWalk(cell, number: row.cell, documents: documents, times: times)
        var dated = finding
        switch try walk.age(missing: missing) {
        case .since(let time): dated.answer.since = time
        case .before(let time): dated.answer.sinceBefore = time
        case nil: break
        }
        return dated
    }

    private static func about(_ conflict: StockConflict, _ key: StockKey) -> ConflictAnswer.About {
        var about = ConflictAnswer.About()
        about.sku = key.sku.string
        about.location = key.location.string
        about.code = conflict.code
        switch conflict {
        case .concurrentCounts, .countBesideMovements: break
        case .oversold(let quantity, _): about.quantity = quantity
        case .receivedMoreThanSent(let document, let quantity):
            about.quantity = quantity
            about.document = document.string
        }
        return about
    }

    private func count(_ shown: StockFigure.ShownCount) -> WriteAnswer {
        WriteAnswer(
            value: .integer(shown.quantity), precedence: Precedence(isInBound: true, time: shown.time, dot: shown.dot), context: .chain,
            documents)
    }

    /// An accepted oversell is open again once it is another one, not with every sale.
    private static func facts(_ conflict: StockConflict) -> String {
        switch conflict {
        case .concurrentCounts(let dots): dots.map(\.description).joined(separator: ",")
        case .countBesideMovements(let count, let movements):
            ([count] + movements.map { Dot($0.replica, $0.through) }).map(\.description)
                .joined(separator: ",")
        case .oversold(let quantity, _): "\(quantity)"
        case .receivedMoreThanSent(let document, let quantity): "\(document)/\(quantity)"
        }
    }

    private static func message(_ found: StockConflict, _ subject: String, _ figure: StockFigure) -> String {
        switch found {
        case .concurrentCounts(let dots): "\(dots.count) counts of \(subject) did not know of each other; the latest one is shown."
        case .countBesideMovements(let count, let movements):
            "The count \(count) of \(subject) and the movements of \(movements.count) other writers did not know of each other; they add up until somebody decides."
        case .oversold(let quantity, let movements):
            "\(subject) is oversold by \(quantity / FixedPoint.one)\(Self.moved(by: movements.count))."
        case .receivedMoreThanSent(let document, let quantity):
            "Transfer \(document) brought \(quantity / FixedPoint.one) more of \(subject) than was sent."
        }
    }

    private static func moved(by writers: Int) -> String {
        switch writers {
        case 0: ""
        case 1: "; one writer moved it since the last count"
        default: "; \(writers) writers moved it since the last count"
        }
    }

    private static func remedy(_ found: StockConflict) -> String {
        switch found {
        case .concurrentCounts: "Take one of the counts, or give the quantity that is there."
        case .countBesideMovements: "Give the quantity that is there, or accept that they add up."
        case .oversold: "Refuse or refill an order, or give the quantity that is there."
        case .receivedMoreThanSent: "Ask the sending site, or correct the receipt."
        }
    }
}
