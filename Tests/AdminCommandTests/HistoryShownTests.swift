import Complaints
import Foundation
import Testing

@testable import AdminCommand

@Suite("What tributary history shows")
struct HistoryShownTests {
    private static let life = "89abcdef0123456789abcdef01234567:2"

    private static func page(_ writes: String, sets: Int = 3, isCut: Bool = false, isBefore: Bool = false, others: String = "") -> [UInt8] {
        let about = #"{"entity":"order","key":"1","record":"\#(life)","site":"web","field":"currency","name":"O1"}"#
        let document = #"""
            {"about":\#(about),"writes":[\#(writes)],"sets":\#(sets),"isBeforeRecord":\#(isBefore),"isCut":\#(isCut),"others":[\#(others)]}
            """#
        return Array(document.utf8)
    }

    private static func write(_ dot: String, _ site: String, _ value: String, _ more: String = "", replaced: String = "") -> String {
        #"""
        {"dot":"\#(dot)","site":"\#(site)","source":"till","value":\#(value),"time":1700000000000,"received":1700000060000,
         "replaced":[\#(replaced)],"isLive":\#(dot == "a:3"),"isHeld":\#(dot == "a:2")\#(more)}
        """#
    }

    private static let origin = #"""
        ,"origin":{"choice":"undo","author":"anna","at":1700000120000,"note":"wrong one",
         "first":{"dot":"b:1","site":"depot","source":"wms","time":1600000000000,"person":"Bo"}}
        """#

    private static func shown(_ bytes: [UInt8], isEnd: Bool = true, widthMax: Int? = nil) throws -> String {
        try ListingOptions.read(bytes, as: HistoryCommand.History.self).text(isEnd: isEnd, widthMax: widthMax)
    }

    @Test("each write tells its value, when, who wrote it, who decided it, and what it took the place of")
    func writes() throws {
        let replaced = #"{"dot":"a:1","site":"web","value":"GBP","time":1}"#
        let rows = [
            Self.write("a:3", "hub", "\"EUR\"", Self.origin, replaced: replaced), Self.write("a:2", "web", "7", #","cashier":"Al""#),
            Self.write("a:1", "web", "null"),
        ]
        let other = #"{"record":"c:9","site":"shop 2","key":"7"}"#
        let lines = try Self.shown(Self.page(rows.joined(separator: ","), others: other)).split(separator: "\n").map(String.init)
        #expect(lines[0] == "currency of O1: order 1 of web, record \(Self.life)")
        #expect(lines[2].contains("EUR") && lines[2].contains("stands") && lines[2].contains("GBP (web)"))
        #expect(lines[2].contains("depot, wms, Bo, restored by anna on 2023-11-14 22:15Z, \"wrong one\""))
        #expect(lines[3].contains("counts for nothing") && lines[3].contains("web, till, Al") && !lines[3].contains("stands"))
        #expect(lines[4].contains("web, till") && lines[4].contains("2023-11-14 22:14Z"))
        #expect(lines.contains("Looked through 3 change-sets; this is the beginning."))
        #expect(lines.last == "  tributary history c:9 currency  order 7 of shop 2")
        for line in try Self.shown(Self.page(rows.joined(separator: ",")), widthMax: 80).split(separator: "\n").dropFirst().prefix(4) {
            #expect(line.count <= 80)
        }
    }

    @Test("an empty page says whether more may follow; what is left out is told")
    func empty() throws {
        #expect(try Self.shown(Self.page("")).contains("Nothing is known"))
        let part = try Self.shown(Self.page("", sets: 1, isCut: true, isBefore: true), isEnd: false)
        #expect(part.contains("Nothing was written here in that time.") && part.contains("Looked through 1 change-set."))
        #expect(part.contains("not all of it is followed") && part.contains("before the record itself"))
    }

    @Test("all pages become one: every write, all sets that were looked through, and what the last page says of its end")
    func joined() throws {
        let pages = [
            Self.page(Self.write("a:3", "web", "9007199254740993"), sets: 5, isCut: true, isBefore: true), Self.page("", sets: 2),
            Self.page(Self.write("a:1", "web", "null"), sets: 1),
        ]
        let whole = try ListingOptions.read(try HistoryCommand.joined(pages), as: HistoryCommand.History.self)
        #expect(whole.writes.map(\.dot) == ["a:3", "a:1"] && whole.writes.map(\.value) == [.integer(9_007_199_254_740_993), .null])
        #expect(whole.sets == 8 && whole.isCut && !whole.isBeforeRecord && whole.about.record == Self.life)
        #expect(throws: Complaint.self) { try HistoryCommand.joined([Array("[]".utf8)]) }
    }

    @Test("a profile's field leads to the record that holds its value; one that it lacks is told with those that it has")
    func profile() throws {
        let document = #"""
            {"id":"p1","fields":{"phone":{"value":"1","time":1,"record":"c:9"},"city":{"value":"Leith","time":1,"record":"d:1"}},
             "identifiers":[],"records":[],"links":[],"purchases":{"number":0,"totals":{},"recent":[]}}
            """#
        #expect(try HistoryCommand.record(of: "phone", in: Array(document.utf8)) == "c:9")
        let complaint = #expect(throws: Complaint.self) { try HistoryCommand.record(of: "fax", in: Array(document.utf8)) }
        #expect(complaint?.remedy.contains("city, phone") == true)
        #expect(try HistoryCommand.parse(["p1", "last name", "--limit", "50"]).paging.limit == 50)
    }
}
