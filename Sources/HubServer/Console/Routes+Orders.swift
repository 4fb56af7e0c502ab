import Console
import HubRuntime
import Serving

/// The console's page of an order.
extension HubRoutes {
    var orderRoutes: [HubRoute] {
        [
            HubRoute(.get, "/orders", .console(.viewer)) { call in
                .page(try console.orders(ListPage(entries: []), number: nil, isLater: false, for: try await visitor(call)))
            },
            HubRoute(.get, "/orders/{number}", .console(.viewer)) { try await ordersPage($0) },
        ]
    }

    /// Who ordered is shown with it: it is looked up as a person is, and what is not there leaves no line, for that may be anything.
    private func ordersPage(_ call: HubCall) async throws -> Reply {
        let number = try call.parameter("number")
        let after = FormBody(queryOf: call)["after"]
        let orders = try await hub.orders(number: number, after: after, now: call.now)
        // The rest of a list went while somebody read its beginning.
        guard !orders.isEmpty || after == nil else { return .seeOther(Address.order(number)) }
        if !orders.isEmpty { await hub.noteLookUp(.order, number, found: orders.count, by: call.principal, now: call.now) }
        let page = try console.orders(orders, number: number, isLater: after != nil, for: try await visitor(call))
        return .page(page, status: orders.isEmpty ? .notFound : .ok)
    }
}
