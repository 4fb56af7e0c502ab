import ChangeSets
import Foundation
import GRDB
import Testing

@testable import Capture

extension MappingTests {
    @Suite("Units: exact or refused") struct Amounts {
        enum Outcome: Hashable, Sendable {
            case success(Int64)
            case failure(RowError.Code)

            init(_ body: () throws(ConversionFailure) -> Int64) {
                do throws(ConversionFailure) { self = .success(try body()) } catch { self = .failure(error.code) }
            }
        }

        struct Case: Sendable, CustomTestStringConvertible {
            var unit: String
            var value: Value
            var result: Outcome
            var rounds = false
            var testDescription: String { "\(value.label) as \(unit)\(rounds ? ", rounded" : "")" }

            init(_ unit: String, _ value: Value, _ units: Int64, rounds: Bool = false) {
                (self.unit, self.value, result, self.rounds) = (unit, value, .success(units), rounds)
            }
            init(_ unit: String, _ value: Value, fails code: RowError.Code, rounds: Bool = false) {
                (self.unit, self.value, result, self.rounds) = (unit, value, .failure(code), rounds)
            }
        }

        static let cases = [
            Case("decimal", "12.50", 125_000), Case("decimal", ".0000", 0), Case("decimal", "-0.0001", -1),
            Case("decimal", " 850. ", 8_500_000),
            Case("decimal", "+1e-3", 10), Case("decimal", "1E2", 1_000_000), Case("decimal", "0.00001", fails: .notExact),
            Case("decimal", "0.00005", 0, rounds: true), Case("decimal", "0.00015", 2, rounds: true),
            Case("decimal", "0.00025", 2, rounds: true),
            Case("decimal", "-0.00035", -4, rounds: true),
            Case("decimal", "0.000250000000000000000000000000000000000000001", 3, rounds: true),
            Case("decimal", "0.00012000000000000000000000000000000000000000000", fails: .notExact),
            Case("decimal", "0.0001000000000000000000000000000000000000000000000", 1),
            Case("decimal", "1e-400", fails: .notExact), Case("decimal", "1e-400", 0, rounds: true), Case("decimal", "0e999", 0),
            Case("decimal", "922337203685477.5807", .max), Case("decimal", "-922337203685477.5808", .min),
            Case("decimal", "922337203685477.5808", fails: .outOfRange), Case("decimal", "1e300", fails: .outOfRange),
            Case("decimal", "", fails: .notANumber), Case("decimal", ".", fails: .notANumber), Case("decimal", "12,50", fails: .notANumber),
            Case("decimal", "1.2.3", fails: .notANumber), Case("decimal", "1e", fails: .notANumber),
            Case("decimal", "£5", fails: .notANumber),
            Case("decimal", "0x10", fails: .notANumber), Case("decimal", "nan", fails: .notANumber),
            Case("decimal", "inf", fails: .notANumber),
            Case("decimal", .integer(12), 120_000), Case("decimal", .integer(.max), fails: .outOfRange),
            Case("decimal", .real(12.34), 123_400),
            Case("decimal", .real(0.1), 1_000), Case("decimal", .real(-0.0), 0), Case("decimal", .real(0.1 + 0.2), fails: .notExact),
            Case("decimal", .real(0.1 + 0.2), 3_000, rounds: true), Case("decimal", .real(0.00005), 0, rounds: true),
            Case("decimal", .real(.nan), fails: .notFinite), Case("decimal", .real(.infinity), fails: .notFinite),
            Case("decimal", .real(1e300), fails: .outOfRange), Case("decimal", .real(.leastNonzeroMagnitude), fails: .notExact),
            Case("decimal", .real(900_000_000_000.5), 9_000_000_000_005_000), Case("decimal", .blob([1]), fails: .notANumber),
            Case("decimal", .malformedText([0xFF]), fails: .notANumber),
            Case("decimal comma", "12,50", 125_000), Case("decimal comma", "12.50", fails: .notANumber),
            Case("decimal comma", .real(12.5), 125_000),
            Case("integer", .integer(3), 30_000), Case("integer", "3", 30_000), Case("integer", .real(3), 30_000),
            Case("integer", "3.0", 30_000),
            Case("integer", .real(2.5), fails: .notExact), Case("integer", "2.5", fails: .notExact),
            Case("pence", .integer(255), 25_500), Case("cents", .integer(-1), -100), Case("pence", .real(129.9), 12_990),
            Case("pence", "12.345", fails: .notExact), Case("thousandths", .integer(1250), 12_500), Case("ten-thousandths", .integer(7), 7),
            Case("millionths", .integer(1_990_000), 19_900), Case("millionths", .integer(150), fails: .notExact),
            Case("millionths", .integer(150), 2, rounds: true),
        ]

        @Test("every stored form becomes the exact number of 10⁻⁴, or says why not", arguments: cases)
        func converts(_ example: Case) throws {
            var conversion = try #require(AmountConversion.units.first { $0.word == example.unit }?.conversion)
            conversion.roundsHalfEven = example.rounds
            let outcome = Outcome { [conversion] () throws(ConversionFailure) in try conversion.units(of: example.value) }
            #expect(outcome == example.result)
        }

        @Test(
            "a decimal text of up to four places means exactly its digits, as integer, text and real alike",
            arguments: [1, 2, 3] as [UInt64])
        func textAndRealAgree(seed: UInt64) throws {
            var random = SplitMix(seed: seed)
            let conversion = AmountConversion(places: 0)
            for _ in 0..<20_000 {
                let units =
                    Int64.random(in: -99_999_999_999_999...99_999_999_999_999, using: &random)
                    / (1 << Int64.random(in: 0...40, using: &random))
                let text = "\(units < 0 ? "-" : "")\(units.magnitude / 10_000).\(String(units.magnitude % 10_000 + 10_000).dropFirst())"
                #expect(try conversion.units(of: .text(Text(text))) == units, "seed \(seed): \(text)")
                let real = try #require(Double(text))
                #expect(try conversion.units(of: .real(real)) == units, "seed \(seed): \(text) as real")
                #expect(try AmountConversion(places: 4).units(of: .integer(units)) == units)
            }
        }

        @Test("a real is taken for the decimal that SQLite would show, or refused", arguments: [4, 5] as [UInt64])
        func realsFollowTheirText(seed: UInt64) throws {
            var random = SplitMix(seed: seed)
            let conversion = AmountConversion(places: 0)
            for _ in 0..<20_000 {
                let real = Double.random(in: -1...1, using: &random) * pow(10, Double(Int.random(in: -6...14, using: &random)))
                let text = Outcome { () throws(ConversionFailure) in try conversion.units(of: .text(Text("\(real)"))) }
                let value = Outcome { () throws(ConversionFailure) in try conversion.units(of: .real(real)) }
                #expect(text == value, "seed \(seed): \(real)")
            }
        }
    }

    @Suite("Times") struct Times {
        struct Case: Sendable, CustomTestStringConvertible {
            var form: String
            var zone: String
            var value: Value
            var milliseconds: Int64?
            var testDescription: String { "\(value.label) as \(form) in \(zone)" }
            init(_ form: String, _ zone: String, _ value: Value, _ milliseconds: Int64?) {
                (self.form, self.zone, self.value, self.milliseconds) = (form, zone, value, milliseconds)
            }
        }

        static let cases = [
            Case("iso", "UTC", "1970-01-01", 0), Case("iso", "UTC", "1970-01-01 00:00", 0),
            Case("iso", "UTC", "1970-01-01T00:00:01Z", 1000),
            Case("iso", "UTC", "1969-12-31 23:59:59.999", -1), Case("iso", "+01:00", "1970-01-01 01:00:00", 0),
            Case("iso", "-0530", "1970-01-01 00:00:00", 19_800_000),
            Case("iso", "Europe/London", "2010-12-01 08:26:00", 1_291_191_960_000),
            Case("iso", "Europe/London", "2010-07-01 08:26:00", 1_277_969_160_000),
            Case("iso", "Europe/London", "2010-07-01 08:26:00Z", 1_277_972_760_000),
            Case("iso", "UTC", "2010-07-01 08:26:00 +01", 1_277_969_160_000),
            // 28 March 2010, 01:00 to 02:00, never was: an hour later. 31 October, 01:00 to 02:00, came twice: the first.
            Case("iso", "Europe/London", "2010-03-28 00:59:59", 1_269_737_999_000),
            Case("iso", "Europe/London", "2010-03-28 01:30:00", 1_269_739_800_000),
            Case("iso", "Europe/London", "2010-03-28 02:30:00", 1_269_739_800_000),
            Case("iso", "Europe/London", "2010-10-31 01:30:00", 1_288_485_000_000),
            Case("iso", "Europe/London", "2010-10-31 02:00:00", 1_288_490_400_000),
            Case("iso", "UTC", "2025-09-11 11:15:07.263999", 1_757_589_307_263),
            Case("iso", "UTC", "2026-02-29", nil), Case("iso", "UTC", "2024-02-29 00:00", 1_709_164_800_000),
            Case("iso", "UTC", "0000-00-00 00:00:00", nil),
            Case("iso", "UTC", "2026-13-01", nil), Case("iso", "UTC", "2026-01-01 24:00", nil), Case("iso", "UTC", "2026-01-01x", nil),
            Case("iso", "UTC", "", nil),
            Case("iso", "UTC", .integer(5), nil), Case("iso", "UTC", "26-01-01", nil), Case("iso", "UTC", " 1970-01-01 ", 0),
            Case("unix seconds", "UTC", .integer(-1), -1000), Case("unix seconds", "UTC", "1700000000", 1_700_000_000_000),
            Case("unix seconds", "UTC", .real(1_700_000_000.123), 1_700_000_000_123), Case("unix seconds", "UTC", .integer(.max), nil),
            Case("unix seconds", "UTC", .integer(1_700_000_000_000), nil),
            Case("unix milliseconds", "UTC", .integer(1_700_000_000_123), 1_700_000_000_123),
            Case("unix microseconds", "UTC", .integer(-1), -1),
            Case("unix microseconds", "UTC", .integer(1_999), 1), Case("unix seconds", "UTC", "soon", nil),
            Case("unix seconds", "UTC", .real(.infinity), nil),
            Case("julian day", "UTC", .real(2_440_587.5), 0), Case("julian day", "UTC", .real(-1), nil),
            Case("%d/%m/%Y %H:%M", "Europe/London", "1/7/2010 08:26", 1_277_969_160_000),
            Case("%m/%d/%y %I:%M %p", "UTC", "12/31/69 12:05 am", -86_100_000),
            Case("%m/%d/%y %I:%M %p", "UTC", "12/31/68 12:05 PM", 3_124_181_100_000), Case("%d %b %Y", "UTC", "05 Mar 1970", 5_443_200_000),
            Case("%d. %B %Y", "UTC", "5. march 1970", 5_443_200_000), Case("%Y%m%d", "UTC", .integer(19_700_102), 86_400_000),
            Case("%Y%m%d", "UTC", "1970012", nil),
            Case("%Y-%m-%dT%H:%M:%S.%f%z", "UTC", "1970-01-01T02:00:00.5+02:00", 500),
            Case("%Y-%m-%d at %H%%%M", "UTC", "1970-01-01 at 00%01", 60_000),
            Case("%I %p %d/%m/%Y", "UTC", "13 pm 01/01/1970", nil),
        ]

        @Test("every written form of a time becomes its milliseconds, or is refused", arguments: cases)
        func converts(_ example: Case) throws {
            let zone = try #require(ZoneTable(example.zone))
            let known = TimeConversion.forms.first { $0.word == example.form }?.form
            let form = try #require(known ?? TimePattern(example.form).map { .pattern($0) })
            let conversion = TimeConversion(form: form, zone: zone)
            #expect((try? conversion.milliseconds(of: example.value)) == example.milliseconds)
        }

        @Test("SQLite reads the same times from the same texts, Julian days and seconds", arguments: [11, 12] as [UInt64])
        func sqliteAgrees(seed: UInt64) throws {
            var random = SplitMix(seed: seed)
            let iso = TimeConversion(form: .iso, zone: .utc)
            try DatabaseQueue().read { db in
                for _ in 0..<5_000 {
                    let milliseconds = Int64.random(in: -62_167_219_200_000...253_402_300_799_999, using: &random)
                    let row = try #require(
                        try Row.fetchOne(
                            db,
                            sql:
                                "SELECT strftime('%Y-%m-%d %H:%M:%f', ?1 / 1000.0, 'unixepoch') AS text, julianday(?1 / 1000.0, 'unixepoch') AS day",
                            arguments: [milliseconds]))
                    let text: String = row["text"]
                    #expect(try iso.milliseconds(of: .text(Text(text))) == milliseconds, "seed \(seed): \(text)")
                    let day: Double = row["day"]
                    #expect(
                        try TimeConversion(form: .julianDay, zone: .utc).milliseconds(of: .real(day)) == milliseconds,
                        "seed \(seed): \(day)")
                    let seconds = TimeConversion(form: .sinceEpoch(perSecond: 1), zone: .utc)
                    #expect(
                        try seconds.milliseconds(of: .real(Double(milliseconds) / 1000)) == milliseconds, "seed \(seed): \(milliseconds)")
                }
            }
        }

        @Test(
            "a zone's table agrees with the system's calendar",
            arguments: ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"])
        func zonesAgree(name: String) throws {
            var random = SplitMix(seed: 7)
            let table = try #require(ZoneTable(name))
            let zone = try #require(TimeZone(identifier: name))
            for _ in 0..<20_000 {
                let second = Int64.random(in: 86_400 * 14...4_000_000_000, using: &random)
                let offset = Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(second))))
                let found = table.utc(local: second + offset)
                // The same wall clock may come twice: then the earlier one is meant.
                let foundOffset = Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(found))))
                #expect(found == second || (found < second && found + foundOffset == second + offset), "\(name): \(second)")
            }
        }

        @Test("a name that is no zone is no zone", arguments: ["", "Europe", "Europe/Londn", "+1", "+01:60", "BST!", "../etc/passwd"])
        func unknownZones(name: String) { #expect(ZoneTable(name) == nil) }
    }

    @Suite("Text, flags and numbers") struct Others {
        @Test(
            "text stays as it is, numbers become their shortest text",
            arguments: [
                ("abc", "abc"), (.integer(-7), "-7"), (.real(5_010_000_000_000), "5010000000000"), (.real(1.5), "1.5"),
                (.malformedText([0xFF]), .malformedText([0xFF])),
            ] as [(Value, Value)])
        func text(value: Value, expected: Value) throws { #expect(try Conversion.text(acceptsBlobs: false).convert(value) == expected) }

        @Test("a blob is text only where the mapping says so")
        func blobs() throws {
            #expect(throws: ConversionFailure.self) { try Conversion.text(acceptsBlobs: false).convert(.blob([0x41])) }
            #expect(try Conversion.text(acceptsBlobs: true).convert(.blob([0x41])) == "A")
            #expect(try Conversion.text(acceptsBlobs: true).convert(.blob([0xFF])) == .malformedText([0xFF]))
        }

        @Test(
            "flags are 0 and 1, in any of their words",
            arguments: [("yes", 1), ("F", 0), (.integer(1), 1), (.real(0), 0), ("", 0), ("TRUE", 1)] as [(Value, Int64)])
        func flags(value: Value, expected: Int64) throws { #expect(try Conversion.flag.convert(value) == .integer(expected)) }

        @Test("what is no flag, no integer and no real is refused")
        func refused() {
            for value in ["perhaps", .integer(2), .blob([]), .real(0.5)] as [Value] {
                #expect(throws: ConversionFailure.self) { try Conversion.flag.convert(value) }
            }
            for value in ["x", .real(0.5), .real(.nan), .real(1e30), .blob([])] as [Value] {
                #expect(throws: ConversionFailure.self) { try Conversion.integer.convert(value) }
            }
            for value in ["x", .real(.infinity), "1e999", .blob([])] as [Value] {
                #expect(throws: ConversionFailure.self) { try Conversion.real.convert(value) }
            }
        }

        @Test("NULL stays NULL whatever is mapped")
        func nulls() throws {
            for conversion in [
                Conversion.untouched, .text(acceptsBlobs: false), .integer, .real, .flag, .amount(AmountConversion(places: 0)),
            ] {
                #expect(try conversion.convert(.null) == .null)
            }
        }

        @Test(
            "near misses are found, far ones are not",
            arguments: [
                ("emial", "email"), ("email_adress", "email_address"), ("FirstName", "first name"), ("custmer", "customer"), ("xyz", nil),
                ("quantity", "qty"),
            ] as [(String, String?)])
        func nearMisses(word: String, expected: String?) {
            let found = NearMiss.nearest(to: word, among: ["email", "email_address", "first name", "customer", "qty"])
            #expect(found == (expected == "qty" ? nil : expected))
        }
    }
}
