import Foundation
import Testing

@testable import AdminCommand

@Suite("What tributary shows of the hub's documents")
struct ShownTests {
    private func profile(_ fields: String) throws -> ProfileCommand.Profile {
        let document = #"""
            {"id": "p1", "fields": {\#(fields)}, "identifiers": [], "records": [], "links": [],
             "purchases": {"number": 0, "totals": {}, "recent": []}}
            """#
        return try JSONDecoder().decode(ProfileCommand.Profile.self, from: Data(document.utf8))
    }

    @Test("a customer's name is found in whichever fields of the catalogue its site keeps it")
    func names() throws {
        #expect(try profile(#""name": {"value": "Ada Lovelace", "time": 1}"#).title == "Ada Lovelace")
        let parts = #""last name": {"value": "Hopper", "time": 1}, "first name": {"value": "Grace", "time": 1}"#
        #expect(try profile(parts).title == "Grace Hopper")
        #expect(try profile(#""first name": {"value": null, "time": 1}"#).title == "-")
    }
}
