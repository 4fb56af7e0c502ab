import ChangeSets
import Console
import Foundation
import HubRuntime
import Serving

/// The console's pages of stock.
extension HubRoutes {
    var stockRoutes: [HubRoute] {
        [
            HubRoute(.get, "/stock", .console(.viewer)) { try await stockPage($0) },
            HubRoute(.get, "/stock/{sku}", .console(.viewer)) { try await stockItemPage($0, problem: nil) },
            HubRoute(.post, "/stock/{sku}/safety", .console(.operator), bodyBytesMax: Self.formBytesMax) { try await keepBack($0) },
        ]
    }

    private func stockPage(_ call: HubCall) async throws -> Reply {
        // A form's question writes spaces as plus signs, as its body would.
        let asked = FormBody(Array(call.address.utf8.drop { $0 != UInt8(ascii: "?") }.dropFirst()))
        let after = asked.raw("after")
        let question = StockQuestion(
            prefix: asked["q"] ?? "", location: asked["location"], isOversoldOnly: asked["only"] == "oversold",
            isCountDueOnly: asked["only"] == "count", after: after.isEmpty ? nil : after)
        let page = try await hub.stock(question, now: call.now)
        return .page(console.stock(page, asked: question, for: try await visitor(call)))
    }

    private func stockItemPage(_ call: HubCall, problem: HubError?) async throws -> Reply {
        let sku = try call.parameter("sku")
        let asked = FormBody(queryOf: call)
        let before = asked["before"]
        guard let item = try await hub.stockItem(sku: sku, before: before, now: call.now) else {
            throw HubError(
                .notFound, "Nobody has moved or counted \(sku).",
                remedy: "Look for it on the page Stock; SKUs are compared letter by letter.")
        }
        let location = asked.raw("location")
        let page = console.stockItem(
            item, location: location.isEmpty ? nil : location, isLater: before != nil, problem: problem, for: try await visitor(call))
        return .page(page, status: problem == nil ? .ok : .badRequest)
    }

    private func keepBack(_ call: HubCall) async throws -> Reply {
        guard let session = call.session else { return .seeOther("/sign-in") }
        let sku = try call.parameter("sku")
        let form = FormBody(call.body)
        // Else the name * would mean every article.
        guard try await hub.stock(sku: sku, now: call.now) != nil else { return try await stockItemPage(call, problem: nil) }
        do {
            guard let quantity = TypedValue.units(ofPieces: form["quantity"] ?? "") else {
                throw HubError(
                    .choiceInvalid, "That is no quantity.",
                    remedy: "Give a number of pieces from 0 on, with at most \(FixedPoint.digits) decimals.")
            }
            let question = SafetyQuestion(
                sku: sku, location: form.raw("location"), quantity: quantity, author: session.name, note: form["note"])
            _ = try await hub.keepBack(question, now: call.now)
            call.logger.notice("kept back", metadata: ["sku": "\(sku)", "person": "\(session.name)"])
            return .seeOther("/stock/\(Address.encoded(sku))?said=stock-kept")
        } catch let error as HubError where [.choiceInvalid, .badRequest].contains(error.code) {
            return try await stockItemPage(call, problem: error)
        }
    }
}
