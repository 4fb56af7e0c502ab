import Foundation
import Profiles
import Testing

@Suite("E-mail rules as an operator's document")
struct EmailRulesCodingTests {
    @Test("What a document leaves out is off")
    func absent() throws {
        let document = #"{"domains": {"shop.com": {"tagMarks": "+"}, "*": {}}}"#
        let rules = try JSONDecoder().decode(EmailRules.self, from: Data(document.utf8))
        #expect(rules == EmailRules(domains: ["shop.com": .init(tagMarks: "+"), "*": .init()]))
    }

    @Test("Rules written and read are the same")
    func again() throws {
        let bytes = try JSONEncoder().encode(EmailRules.standard)
        #expect(try JSONDecoder().decode(EmailRules.self, from: bytes) == .standard)
    }
}
