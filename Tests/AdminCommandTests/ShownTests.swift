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

    @Test("what a profile tells beyond its fields is shown as figures and tables; absurd times are shown as none")
    func person() throws {
        let document = #"""
            {"id": "p1", "fields": {}, "identifiers": [], "records": [], "links": [],
             "purchases": {"number": 0, "totals": {}, "recent": []}, "stage": "customer",
             "measures": {"gross": {"GBP": 1000000}, "returned": {"GBP": 600000}, "net": {"GBP": 400000}, "purchases": 1, "returns": 2,
              "first": 1700000000000, "last": 1700000000000, "categories": 1, "channels": ["store", "web"], "visits": 2,
              "favourites": {"shop": "shop-1"}, "sizes": [{"value": "41", "bought": 20000, "returned": 10000}], "colours": [],
              "logInsAWeek": 833, "events": 1},
             "consents": [{"purpose": "marketing", "given": false, "decidedBy": {"given": false, "time": -5, "written": 1, "dot": "a:1",
              "record": "a:1"}, "history": []}, {"given": null, "history": []}],
             "notes": [{"text": "Prefers calls.", "author": "Bo", "time": 9223372036854775807, "record": "a:2"}]}
            """#
        let profile = try JSONDecoder().decode(ProfileCommand.Profile.self, from: Data(document.utf8))
        let figures = try #require(profile.measures?.text(widthMax: nil))
        #expect(figures.contains("40.00 GBP") && figures.contains("100.00 GBP bought, 60.00 GBP given back"))
        #expect(figures.contains("size 41") && figures.contains("0.0833"))
        let consents = try #require(profile.consentText(widthMax: nil))
        #expect(consents.contains("marketing") && consents.contains("(all)") && consents.contains("no"))
        #expect(try #require(profile.noteText(widthMax: nil)).contains("Prefers calls."))
    }
}
