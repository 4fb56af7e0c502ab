import Complaints
import Foundation
import Testing

@testable import AdminCommand

@Suite("Long lists at the command line")
struct PagingTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("pages become one list, each entry as it came; pages without any add none")
    func joined() {
        let pages = ["[1, {\"a\":\"]\"}]", "[]", " [ ] ", "[\"x\"]\n"].map { Array($0.utf8) }
        #expect(text(PageOptions.joined(pages)) == "[1, {\"a\":\"]\"},\"x\"]")
        #expect(text(PageOptions.joined([])) == "[]" && text(PageOptions.joined([Array("[]".utf8)])) == "[]")
    }

    @Test("one page is asked for as it was said, and all pages until there is none, also behind a page without entries")
    func read() async throws {
        let hub = [("[1]", "a"), ("[]", "b"), ("[2]", nil)] as [(String, String?)]
        func ask(_ options: [String]) async throws -> (page: HubPage, asked: [String]) {
            var asked: [String] = []
            let page = try await PageOptions.parse(options).read(usual: 20, most: 500) { limit, after in
                asked.append("\(limit) \(after ?? "-")")
                let page = hub[after == nil ? 0 : after == "a" ? 1 : 2]
                return HubPage(bytes: Array(page.0.utf8), next: page.1)
            }
            return (page, asked)
        }
        let first = try await ask([])
        #expect(first.asked == ["20 -"] && text(first.page.bytes) == "[1]" && first.page.next == "a")
        #expect(try await ask(["--limit", "7", "--after", "b"]).asked == ["7 b"])
        let all = try await ask(["--all"])
        #expect(all.asked == ["500 -", "500 a", "500 b"] && text(all.page.bytes) == "[1,2]" && all.page.next == nil)
        #expect(try await ask(["--all", "--after", "a"]).asked == ["500 a", "500 b"])
    }

    @Test("a list that never moves on is not asked for for ever")
    func endless() async throws {
        let options = try PageOptions.parse(["--all"])
        await #expect(throws: Complaint.self) {
            _ = try await options.read(usual: 1, most: 1) { _, _ in HubPage(bytes: Array("[]".utf8), next: "a") }
        }
    }

    @Test(
        "limits below 1, and a limit of all, are refused",
        arguments: [["--limit", "0"], ["--limit", "-1"], ["--all", "--limit", "5"]])
    func refused(options: [String]) {
        #expect(throws: (any Error).self) { try PageOptions.parse(options) }
        #expect(throws: Never.self) { try PageOptions.parse(["--limit", "1"]) }
    }

    @Test("the last line goes on with what was asked for, as a shell takes it")
    func more() throws {
        let given = try ConflictCommand.Filter.parse(["--kind", "oversell", "--text", "O'Brien & sons"]).given
        let more = try PageOptions.parse(["--limit", "20"]).more("tributary conflict list", given, after: "stock_7_6f")
        #expect(
            more == #"More: tributary conflict list --kind oversell --text 'O'\''Brien & sons' --limit 20 --after stock_7_6f"#)
        let orders = try PageOptions.parse([]).more("tributary order show", [("", "W 1")], after: "9")
        #expect(orders == "More: tributary order show 'W 1' --after 9")
        #expect(PageOptions.quoted("") == "''")
    }

    @Test("conflicts come in an order that the hub knows, and go on in it; a list in an order that is not among all says so")
    func order() async throws {
        for order in ConflictCommand.List.orders {
            #expect(try ConflictCommand.List.parse(["--order", order]).order == order)
        }
        #expect(throws: (any Error).self) { try ConflictCommand.List.parse(["--order", "dearest"]) }
        let all = try await PageOptions.parse(["--all"]).read(usual: 1, most: 2) { _, after in
            HubPage(bytes: Array("[1]".utf8), next: after == nil ? "a" : nil, ordered: after == nil ? 10_000 : nil)
        }
        #expect(text(all.bytes) == "[1,1]" && all.ordered == 10_000)
        #expect(ConflictCommand.List.among(10_000).contains("among the first 10000 by kind"))
    }

    @Test("an article's past says what was moved, how low it was, and why no more is known")
    func stockHistory() throws {
        let figure = #"{"onHand":30000,"reserved":0,"inTransit":0,"safety":0,"available":30000}"#
        let pile = #"{"location":"depot","figure":\#(figure),"sites":[],"conflicts":[]}"#
        let document = #"""
            {"sku":"MUG","label":{"name":"Mug, blue","traits":[]},"isCut":true,
             "places":[{"pile":\#(pile),"history":[{"at":1700000000000,"onHand":-10000},{"at":1700000060000,"onHand":30000}],"beginning":"first"},
                       {"pile":{"location":"web","error":"sum-too-large","sites":[],"conflicts":[]},"history":[]}],
             "entries":[{"at":1700000060000,"location":"depot","kind":"count","quantity":30000,"dot":"a:2","site":"hub","source":"hub",
                         "author":"ann","onHand":30000,"isCounted":false},
                        {"at":1700000000000,"location":"depot","kind":"sale","quantity":-10000,"dot":"a:1","site":"shop-1","source":"till",
                         "isCounted":true}]}
            """#
        let item = try JSONDecoder().decode(StockCommand.History.Item.self, from: Data(document.utf8))
        let shown = item.text(at: nil, widthMax: nil)
        #expect(shown.contains("MUG, Mug, blue") && shown.contains("the first movement") && shown.contains("There are older ones."))
        #expect(shown.contains("sale") && shown.contains("in the count") && shown.contains("ann") && shown.contains("?"))
        let depot = shown.split(separator: "\n").first { $0.contains("depot") } ?? ""
        #expect(depot.contains("-1 ") && depot.contains("2023-11-14 22:13Z"))
        #expect(item.text(at: "web", widthMax: nil).contains("Nothing was moved there."))
        let paged = document.replacing(#""isCut":true"#, with: #""isCut":true,"next":"1700000000000_a:1""#)
        let first = try JSONDecoder().decode(StockCommand.History.Item.self, from: Data(paged.utf8)).text(at: "depot", widthMax: nil)
        #expect(first.hasSuffix("More: tributary stock history MUG --location depot --before 1700000000000_a:1"))
        #expect(item.text(at: "moon", widthMax: nil) == "MUG was never at moon.")
    }

    @Test("the data's trend is told field by field, day by day; the hub's hour by hour")
    func trends() throws {
        let days = [("phone", 1_700_000_000_000, 5), ("email", 1_700_086_400_000, 10), ("email", 1_700_000_000_000, 8)].map {
            QualityCommand.Day(entity: nil, field: $0.0, at: $0.1, records: 10, present: $0.2, valid: 5)
        }
        let lines = QualityCommand.text(of: days, field: nil, widthMax: nil).split(separator: "\n").dropFirst().map { $0.prefix(17) }
        #expect(lines == ["email  2023-11-14", "email  2023-11-15", "phone  2023-11-14"])
        let phone = QualityCommand.text(of: days, field: "phone", widthMax: nil)
        #expect(phone.contains("50.0 %") && phone.contains("100 %") && !phone.contains("email"))
        #expect(QualityCommand.text(of: [], field: nil, widthMax: nil).contains("not looked through"))
        #expect(throws: Never.self) { try QualityCommand.parse(["--trend", "--site", "shop-1"]) }
        #expect(throws: (any Error).self) { try QualityCommand.parse(["--trend", "--findings"]) }
        let hour: UInt64 = 3_600_000
        let pulses = [(0, 10, 1_000), (1, 25, 300_000), (60, 40, 2_000)].map { minute, changes, lag in
            StatusCommand.Pulse(
                time: 472_223 * hour + UInt64(minute) * 60_000, changes: UInt64(changes), lagMedian: 0, lagMax: UInt64(lag),
                conflicts: minute)
        }
        let rows = StatusCommand.text(of: pulses, widthMax: nil).split(separator: "\n").dropFirst()
        let hours = rows.map { $0.split(separator: " ").dropFirst(2) }
        #expect(hours.map { Array($0) } == [["15", "0", "s", "5", "min", "1"], ["15", "0", "s", "2", "s", "60"]])
    }
}
