import AgentRuntime
import Capture
import ChangeSets
import HTTPTypes
import Serving

/// One row of the agent's route table: what a program on this machine may ask, and who answers.
public struct LoopbackRoute: ServedPath {
    public let method: HTTPRequest.Method
    public let path: String
    public let bodyBytesMax: Int
    let answer: @Sendable (LoopbackCall) async throws -> Reply

    init(
        _ method: HTTPRequest.Method, _ path: String, bodyBytesMax: Int = 0,
        answer: @escaping @Sendable (LoopbackCall) async throws -> Reply
    ) {
        self.method = method
        self.path = path
        self.bodyBytesMax = bodyBytesMax
        self.answer = answer
    }
}

/// A request that has passed the gate.
struct LoopbackCall: Sendable {
    let body: [UInt8]
    let idempotencyKey: String?

    static let description = "agent/openapi.yaml"

    func json<Body: Decodable>(_ type: Body.Type = Body.self) throws(ServerError) -> Body {
        try BoundedBody.json(body, as: type, describedIn: Self.description)
    }
}

/// Everything that an agent answers on its own machine: the one route table.
struct LoopbackRoutes: Sendable {
    let desk: LoopbackDesk

    static let questionBytesMax = 16 << 10
    static let batchBytesMax = 4 << 20

    var all: [LoopbackRoute] {
        [
            LoopbackRoute(.post, "/v1/customers/search", bodyBytesMax: Self.questionBytesMax) { call in
                Reply(bytes: try desk.customers(try call.json(CustomerQuestion.self).lookUp))
            },
            LoopbackRoute(.post, "/v1/stock/search", bodyBytesMax: Self.questionBytesMax) { call in
                Reply(bytes: try desk.stock(sku: try call.json(StockQuestion.self).sku))
            },
            LoopbackRoute(.post, "/v1/orders/search", bodyBytesMax: Self.questionBytesMax) { call in
                Reply(bytes: try desk.orders(number: try call.json(OrderQuestion.self).number))
            },
            LoopbackRoute(.post, "/v1/records/search", bodyBytesMax: Self.questionBytesMax) { call in
                Reply(bytes: try desk.records(try call.json(LoopbackDesk.RecordQuestion.self)))
            },
            LoopbackRoute(.post, "/v1/writes", bodyBytesMax: Self.batchBytesMax) { call in
                Reply(bytes: try await desk.post(call.body, key: call.idempotencyKey ?? ""))
            },
        ]
    }

    private struct CustomerQuestion: Decodable {
        let email, phone, id: String?

        var lookUp: LookUp {
            get throws(ServerError) {
                switch (email, phone, id) {
                case (let email?, nil, nil): return .email(email)
                case (nil, let phone?, nil): return .phone(phone)
                case (nil, nil, let id?): return .id(id)
                default:
                    throw ServerError(
                        .badRequest, "A customer is looked up by one of email, phone and id.", remedy: "Send exactly one of them.")
                }
            }
        }
    }
    private struct StockQuestion: Decodable { let sku: String }
    private struct OrderQuestion: Decodable { let number: String }
}
