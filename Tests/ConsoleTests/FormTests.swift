import Foundation
import Testing

@testable import Console

@Suite("Figures and times of a language")
struct FormTests {
    private func forms(_ language: Language, zone: TimeZone = .gmt) throws -> Forms {
        Forms(strings: try Strings(language, files: ConsoleFile.all), zone: zone, now: 1_800_000_000_000)
    }

    @Test("numbers, pieces and money stand in the language's own form")
    func figures() throws {
        let (english, german) = (try forms(.english), try forms(.german))
        #expect(english.number(1_234_567) == "1,234,567" && german.number(1_234_567) == "1.234.567")
        #expect(english.quantity(25_000) == "2.5" && german.quantity(25_000) == "2,5")
        #expect(english.quantity(-30_000) == "-3")
        #expect(english.money(499_000, "GBP") == "£49.90")
        #expect(german.money(499_000, "EUR").replacing("\u{A0}", with: " ") == "49,90 €")
        #expect(english.money(499_000, "points") == "49.90 points")
        #expect(english.number(UInt64.max) == "18,446,744,073,709,551,615")
    }

    @Test("times stand in the reader's zone; today without the day")
    func times() throws {
        let berlin = try #require(TimeZone(identifier: "Europe/Berlin"))
        let noon: UInt64 = 1_800_000_000_000
        let there = try forms(.german, zone: berlin)
        // 1_800_000_000 is 2027-01-15 08:00 UTC.
        let here = try forms(.english)
        #expect(there.clock(noon) == "09:00" && here.clock(noon) == "08:00")
        #expect(there.moment(noon - 86_400_000).contains("14") && there.moment(noon - 86_400_000).hasSuffix("09:00"))
        #expect(there.span(90_000) == "90 s" && there.span(7_300_000) == "2 h" && there.span(300) == "unter 1 s")
    }

    @Test("a browser gets the first language that it asks for and that there is")
    func accepted() {
        #expect(Language(accepted: nil) == .english)
        #expect(Language(accepted: "de-AT,de;q=0.9,en;q=0.8") == .german)
        #expect(Language(accepted: "fr,en;q=0.3,de;q=0.7") == .german)
        #expect(Language(accepted: "en-GB,de") == .english)
        #expect(Language(accepted: "de;q=0,en") == .english)
        #expect(Language(accepted: "de,en;q=1") == .german && Language(accepted: "de,en;q=2") == .german)
        #expect(Language(accepted: ",;;q=x,=,") == .english)
    }

    @Test(
        "an axis ends at 1, 2 or 5 times a power of ten that holds the highest value", arguments: [0.0, 0.3, 1, 7, 19, 45, 51, 1_000, 3e9])
    func ceilings(value: Double) {
        let ceiling = Chart.ceiling(value)
        #expect(ceiling >= value && (value == 0 || ceiling <= value * 2.5))
    }

    @Test("a chart of fewer than two points is none; one of equal values is one")
    func charts() {
        func chart(_ values: [Double]) -> String {
            Chart(
                points: values.enumerated().map { Chart.Point(at: UInt64($0.offset) * 1_000, value: $0.element) }, title: "<t>",
                description: "d", label: { "\($0)" }, time: { "\($0)" }
            ).svg().html
        }
        #expect(chart([]).isEmpty && chart([1]).isEmpty)
        #expect(chart([0, 0]).contains("<polyline") && chart([-2, 3]).contains("&lt;t&gt;"))
    }
}
