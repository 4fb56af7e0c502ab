import Causality
import Foundation
import HubRuntime
import Testing

@testable import HubServer

@Suite("A moment of the past, as a browser sends it")
struct PastMomentTests {
    private static let berlin = TimeZone(identifier: "Europe/Berlin")!
    /// 14 November 2023, 22:13:20 UTC.
    private static let now = Timestamp(milliseconds: 1_700_000_000_000)

    private func read(_ date: String?, _ time: String? = nil) throws -> UInt64 {
        try PastMoment.read(date: date, time: time, zone: Self.berlin, now: Self.now).milliseconds
    }

    @Test("a time of day is one of whoever looks; a day alone is its end, and today is now")
    func reads() throws {
        #expect(try read("2023-11-14", "23:13") == 1_699_999_980_000)
        #expect(try read("2023-11-14", "23:13:20") == 1_700_000_000_000)
        #expect(try read("2023-11-13") == 1_699_916_400_000 - 1)
        #expect(try read("2023-11-14") == 1_700_000_000_000)
        // A day of 25 hours.
        #expect(try read("2023-10-29") - read("2023-10-28") == 25 * 3_600_000)
        #expect(try read("1970-01-02", "00:00") == 82_800_000)
    }

    @Test(
        "what is no date, and what is still to come, is refused with what to write",
        arguments: [
            (nil, nil), ("", nil), ("2023-02-29", nil), ("2022-13-01", nil), ("14.11.2023", nil), ("2023-11-14", "24:00"),
            ("2023-11-14", "9:00"), ("2023-11-14", "noon"), ("2023-11-14", "23:14"), ("2023-11-15", nil), ("1969-12-31", nil),
        ] as [(String?, String?)])
    func refuses(date: String?, time: String?) {
        let error = #expect(throws: HubError.self) { try read(date, time) }
        #expect(error?.code == .badRequest && error?.remedy.isEmpty == false)
    }

    @Test("a moment for a value is a day with a time of day, of whoever typed it, whenever it was or will be")
    func moments() {
        let (berlin, texts) = (Self.berlin, ["2023-11-14T23:13", "2023-11-14 23:13:20", "2099-01-01T00:00:00.000"])
        #expect(texts.map { LocalMoment.read($0, zone: berlin) } == [1_699_999_980_000, 1_700_000_000_000, 4_070_905_200_000])
        for text in [
            "", "2023-11-14", "23:13", "2023-02-29T10:00", "2023-11-14T24:00", "2023-11-14T23:13:60", "tomorrow", "1969-12-31 23:00",
            "2026-03-29T02:30",
        ] {
            #expect(LocalMoment.read(text, zone: berlin) == nil, "\(text)")
        }
    }
}
