import ChangeSets
import Foundation
import Profiles
import Testing

@Suite("Rules as somebody writes them")
struct GivenRulesTests {
    private func fault(_ text: String) throws -> RulesFault? {
        switch try JSONDecoder().decode(GivenRules.self, from: Data(text.utf8)).read {
        case .success: nil
        case .failure(let fault): fault
        }
    }

    @Test(
        "A misspelt name is refused, wherever it stands, with its place and the name that was probably meant",
        arguments: [
            (#"{"blokedWords": []}"#, #""blokedWords" in the rules is no name that rules know."#, #"Did you mean "blockedWords"?"#),
            (
                #"{"ranks": [{"by": "id", "recordsPerSourceMax": 1}, {"by": "phone", "records_per_source_max": 1}]}"#,
                #""records_per_source_max" in ranks[1] is no name that rules know."#, #"Did you mean "recordsPerSourceMax"?"#
            ),
            (
                #"{"ranks": [{"by": "id", "recordsPerSourceMax": 1, "open": false}]}"#,
                #""open" in ranks[0] is no name that rules know."#, #"Did you mean "opens"?"#
            ),
            (#"{"email": {"domain": {}}}"#, #""domain" in email is no name that rules know."#, #"Did you mean "domains"?"#),
            (
                #"{"email": {"domains": {"gmail.com": {"ignoreDots": true}}}}"#,
                #""ignoreDots" in email.domains.gmail.com is no name that rules know."#, #"Did you mean "ignoresDots"?"#
            ),
            (
                #"{"blockedValues": [{"kind": "phone", "valeu": "+44"}]}"#,
                #""valeu" in blockedValues[0] is no name that rules know."#, #"Did you mean "value"?"#
            ),
            (
                #"{"blockedValues": [{"kind": "phone", "value": "+44", "comment": "ours"}]}"#,
                #""comment" in blockedValues[0] is no name that rules know."#, "Here stand kind, value; the rest is left out."
            ),
        ])
    func misspelt(text: String, message: String, remedy: String) throws {
        #expect(try fault(text) == RulesFault(message: message, remedy: remedy))
        // What was set before was read without a word, and still is.
        if !text.contains("valeu"), !text.contains("records_per") {
            _ = try JSONDecoder().decode(LinkRules.self, from: Data(text.utf8))
        }
    }

    @Test("Every name that rules are written with is taken; domains have the names that they have")
    func known() throws {
        var rules = LinkRules.standard
        rules.blockedValues = [Identifier(kind: .phone, value: "+44")]
        rules.automaticAbove = 0.9999
        rules.email.domains["ignoreDots"] = EmailRules.DomainRule(sameAs: "gmail.com")
        let text = String(decoding: try JSONEncoder().encode(rules), as: UTF8.self)
        #expect(try fault(text) == nil)
        #expect(try fault("{}") == nil)
        #expect(try fault(#"{"email": null, "ranks": null}"#) == nil)
    }

    @Test(
        "A value that cannot stand where it does is refused with its place",
        arguments: [
            (#"{"ranks": [{"by": "fax", "recordsPerSourceMax": 1}]}"#, "ranks[0].by: \"fax\" is no kind of identifier: give one of"),
            (#"{"ranks": [{"by": "id"}]}"#, #"ranks[0] has no "recordsPerSourceMax"."#),
            (#"{"ranks": [{"by": "id", "recordsPerSourceMax": "ten"}]}"#, "ranks[0].recordsPerSourceMax: a number must stand here."),
            (#"{"ranks": {}}"#, "ranks: a list must stand here."), (#"{"email": []}"#, "email: an object must stand here."),
            ("[]", "The rules: an object must stand here."),
        ])
    func misplaced(text: String, message: String) throws {
        let fault = try #require(try fault(text))
        #expect(fault.message.hasPrefix(message), "\(fault.message)")
    }

    @Test("A limit at its end is taken, one beyond it is refused with its name and what can be given")
    func limits() {
        func problem(_ change: (inout LinkRules) -> Void) -> String? {
            var rules = LinkRules.standard
            change(&rules)
            return rules.problem
        }
        for (taken, refused) in [(1, 0), (1_000, 1_001)] {
            #expect(problem { $0.ranks[0].recordsPerSourceMax = taken } == nil)
            #expect(
                problem { $0.ranks[0].recordsPerSourceMax = refused }
                    == "recordsPerSourceMax of \"id\" is \(refused); give a number from 1 to 1000.")
        }
        for (taken, refused) in [(1, 0), (10_000, 10_001)] {
            #expect(problem { $0.componentRecordsMax = taken } == nil)
            #expect(problem { $0.componentRecordsMax = refused } == "recordsPerPersonMax is \(refused); give a number from 1 to 10000.")
        }
        for (taken, refused) in [(0.99994, 0.9999), (1, 1.5)] {
            #expect(problem { $0.automaticAbove = taken } == nil)
            #expect(
                problem { $0.automaticAbove = refused }
                    == "automaticAbove is \(refused); give a probability from 0.99994 to 1, or leave it out: then none is linked without you."
            )
        }
        let words = (0..<10_001).map { Text("w\($0)") }
        #expect(problem { $0.blockedWords = Set(words.dropLast()) } == nil)
        #expect(problem { $0.blockedWords = Set(words) } == "blockedWords has 10001 entries; at most 10000 are taken.")
        let kinds = Identifier.Kind.identifying.flatMap { one in
            [one, one.union(.name), one.union(.birthDate), one.union(.postcode)].map { LinkRules.Rank(kind: $0, recordsPerSourceMax: 1) }
        }
        #expect(problem { $0.ranks = Array(kinds.prefix(20)) } == nil)
        #expect(problem { $0.ranks = Array(kinds.prefix(21)) } == "There are 21 ranks; at most 20 are taken.")
    }
}
