import Causality
import ChangeSets
import Foundation
import HubRuntime
import HubStoreSQLite
import TestSupport

@testable import AgentRuntime

/// What must hold when everything has healed, said without the product's own merge code: by counting the
/// tills' receipts and pieces.
extension World {
    /// - Returns: what does not hold; empty when all is well.
    func violations() async throws -> [String] {
        let received = try Received(hubStore)
        var found = received.disorder + saleViolations(received) + ledger.lost(received).map { "lost after its receipt: \($0)" }
        if try ledger.broughtBack(received, inFiles: salesInFiles()) > 0 { note("sale came back from an outbox alone") }
        found += try lostDecisions()
        found += try await tokenViolations()
        found += try await transferViolations(received)
        found += try await stockViolations(received) + sealedViolations(received)
        found += try await viewViolations() + bodyViolations()
        found += try heldOfShops().prefix(10).map { "held back at the hub: \($0.reason)" }
        let verification = try await hub.verify()
        found += verification.differences.map { "verify: \($0)" }
        return found
    }

    /// What the hub took in since the last look, and what is wrong with it.
    func watchHub() throws {
        let look = try watch.look(at: hubStore, everSold: everSold, linesSold: linesSold)
        for sale in look.sales {
            if let site = sites.first(where: { $0.till.everSold[sale.number] != nil }) { ledger.note(sale, of: site.name) }
        }
        for word in look.words {
            if let site = sites.first(where: { $0.till.words.written[word.number] != nil }) { ledger.note(word, of: site.name) }
        }
        for violation in look.violations { fail(violation) }
        if watch.position != hub.head { watch.stands(at: hub.head, isWhole: try heldOfShops().isEmpty) }
    }

    private func salesInFiles() throws -> Set<String> { try sites.reduce(into: []) { $0.formUnion(try $1.till.saleNumbers()) } }

    /// Law 1: every sale that stands in a till is at the hub once; none that was never made is.
    private func saleViolations(_ received: Received) -> [String] {
        var found: [String] = []
        for site in sites {
            do {
                for number in try site.till.saleNumbers().sorted() where received.sales[number] == nil {
                    found.append("lost: sale \(number)")
                }
            } catch { found.append("\(site.label)'s till: \(error)") }
        }
        let everSold = self.everSold
        for (number, count) in received.sales.sorted(by: { $0.key < $1.key }) {
            if count > 1 { found.append("doubled: sale \(number) is there \(count) times, by \(received.origins[number] ?? [])") }
            if everSold[number] == nil { found.append("forged: sale \(number) was never made") }
        }
        return found
    }

    var everSold: [String: [String: Int64]] {
        sites.reduce(into: [:]) { $0.merge($1.till.everSold) { first, _ in first } }
    }

    var linesSold: [String: Int] { sites.reduce(into: [:]) { $0.merge($1.till.linesSold) { first, _ in first } } }

    /// Law 12: what is on hand is what was counted plus every movement received since, piece by piece.
    private func stockViolations(_ received: Received) async throws -> [String] {
        var found: [String] = []
        let everSold = self.everSold
        for site in sites where !reopened.contains(site.name) {
            for sku in SimulatedTill.skus {
                let (shown, expected) = try await stock(of: sku, at: site, received)
                let wasCounted = received.stock.wasCounted("\(site.name)/\(sku)")
                guard let expected else {
                    if !wasCounted { found.append("stock of \(sku) at \(site.name): it never opened") }
                    continue
                }
                let units = received.sales.keys.filter { $0.hasPrefix(site.name) }.reduce(0) { $0 + (everSold[$1]?[sku] ?? 0) }
                let moved = moved(sku, at: site.name, received)
                if !correctsLines, !wasCounted, expected != 100 - units + moved {
                    found.append(
                        "stock of \(sku) at \(site.name): \(expected) by movements, \(100 - units + moved) by what is at the hub")
                }
                if shown != expected { found.append(Self.wrongStock(sku, site, shown, expected)) }
            }
        }
        return found
    }

    /// Shops that opened once more, with their last stock-take: the sales before it are counted, but not taken off what was found.
    var reopened: Set<String> { Set(sites.filter(\.hasReopened).map(\.name)) }

    /// What the hub shows, and what was counted there plus all that moved since, as far as that can be said.
    func stock(of sku: String, at site: Site, _ received: Received) async throws -> (shown: Int64?, expected: Int64?) {
        let shown = try await hub.stock(sku: sku, now: time)?.figures.first { $0.location == site.name }.map { $0.onHand / 10_000 }
        return (shown, received.stock["\(site.name)/\(sku)"].map { $0 / 10_000 })
    }

    static func wrongStock(_ sku: String, _ site: Site, _ shown: Int64?, _ expected: Int64) -> String {
        "stock of \(sku) at \(site.name): \(shown.map { String($0) } ?? "none") shown, \(expected) expected"
    }

    /// Every site's local replica says the same as the hub.
    private func viewViolations() async throws -> [String] {
        var found: [String] = []
        for sku in SimulatedTill.skus {
            guard let hubsView = try await hub.stock(sku: sku, now: time)?.figures else { continue }
            for site in sites {
                let view = try site.agent.view.stock(sku: sku).findings
                for finding in view {
                    let shown = finding.document.flatMap { JSONAnswer(bytes: Array($0)).figure?.onHand }
                    let expected = hubsView.first { $0.location == finding.location }?.onHand
                    if shown != expected || finding.unsentMovement != 0 {
                        found.append("\(site.name) shows \(shown ?? -1) of \(sku) at \(finding.location), the hub \(expected ?? -1)")
                    }
                }
                if view.count != hubsView.count {
                    found.append("\(site.name) shows \(view.count) places of \(sku), the hub \(hubsView.count)")
                }
            }
        }
        return found
    }
}

extension JSONAnswer {
    struct Figure {
        var location: String
        var onHand: Int64
        /// 0 where the document says nothing of it.
        var inTransit: Int64
    }

    /// `nil` for what is no object: the checks that read it fail then.
    var object: [String: Any]? { try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] }

    var figures: [Figure] { (object?["locations"] as? [[String: Any]] ?? []).compactMap(Self.figure) }

    var figure: Figure? { object.flatMap(Self.figure) }

    private static func figure(_ object: [String: Any]) -> Figure? {
        guard let location = object["location"] as? String, let onHand = object["onHand"] as? NSNumber else { return nil }
        return Figure(location: location, onHand: onHand.int64Value, inTransit: (object["inTransit"] as? NSNumber)?.int64Value ?? 0)
    }
}
