import HTTPTypes
import HubRuntime
import Serving

// Lists that are told page by page: the body is the page, and a header says where the next one begins.
extension Reply {
    /// - Parameter next: what the next page comes after; `nil`: there is none.
    func following(_ next: String?) -> Reply {
        var reply = self
        reply.fields[.next] = next
        return reply
    }

    /// - Parameter count: the order is among the first so many, since there are more than are put in it; `nil`: among all.
    func ordered(among count: Int?) -> Reply {
        var reply = self
        reply.fields[.ordered] = count.map(String.init)
        return reply
    }

    static func page(_ page: ListPage<some Encodable & Sendable>) throws -> Reply { try .json(page.entries).following(page.next) }

    static func page(_ page: ListPage<JSONAnswer>) -> Reply { .list(page.entries).following(page.next) }
}

extension HTTPField.Name {
    static let next = HTTPField.Name("Tributary-Next")!
    static let ordered = HTTPField.Name("Tributary-Ordered")!
}

extension HubCall {
    /// What the path's question mark is followed by, of one name, without the spaces around it; `nil` when it is not there or empty.
    func asked(_ name: String) -> String? { FormBody(queryOf: self)[name] }

    /// How many entries a page shall have; what is no number is refused, as a number out of bounds is by the hub.
    func limit(usual: Int) throws(ServerError) -> Int {
        guard let asked = asked("limit") else { return usual }
        guard let limit = Int(asked) else {
            throw ServerError(.badRequest, "The limit is no whole number.", remedy: "Give one: limit=50.")
        }
        return limit
    }
}
