import Complaints
import Foundation
import Testing

@testable import AdminCommand

@Suite("What tributary quality shows")
struct QualityShownTests {
    private func row(_ site: String, _ field: String, _ findings: String, more: String = "") -> String {
        #"""
        {"site": "\#(site)", "field": "\#(field)", "records": 10, "present": 8, "valid": 5, "suspicious": 1, "invalid": 2, "fresh": 8,
         "findings": [\#(findings)]\#(more)}
        """#
    }

    private func finding(_ verdict: String, _ reason: String, _ count: Int, _ examples: String...) -> String {
        let lives = examples.map { #""\#($0)""# }.joined(separator: ",")
        return #"{"verdict": "\#(verdict)", "reason": "\#(reason)", "count": \#(count), "examples": [\#(lives)]}"#
    }

    private func report(_ rows: String...) throws -> QualityCommand.Report {
        let document = #"{"now": 1, "freshDays": 365, "rows": [\#(rows.joined(separator: ","))]}"#
        return try JSONDecoder().decode(QualityCommand.Report.self, from: Data(document.utf8))
    }

    @Test("findings are told over all sites, the most frequent first, with where they are and customers to look at")
    func findings() throws {
        let report = try report(
            row("shop", "email", finding("invalid", "no at sign", 2, "ab:1", "ab:2"), more: #", "shared": {"values": 3, "records": 7}"#),
            row("web", "email", finding("invalid", "no at sign", 4, "cd:3", "cd:4")),
            row("web", "phone", finding("suspicious", "too short", 5, "cd:5")))
        #expect(
            report.findingsText(of: nil, nil) == """
                6  email: invalid, no at sign (web 4, shop 2)
                  tributary profile show pcd-3
                  tributary profile show pcd-4
                  tributary profile show pab-1
                5  phone: doubtful, too short (web 5)
                  tributary profile show pcd-5
                """)
        #expect(report.findingsText(of: "shop", nil).hasPrefix("2  email: invalid, no at sign (shop 2)\n"))
        #expect(report.findingsText(of: "shop", "phone") == "Nothing is found wrong at shop.")
        #expect(report.text(of: "shop", nil, widthMax: nil).contains("7 (3)  no at sign (2)"))
    }

    @Test("articles are told by themselves, with what was written into their fields; what names no entity is customers'")
    func articles() throws {
        let report = try report(
            row("depot", "price", finding("invalid", "negative", 2, "ab:1"), more: #", "entity": "item""#),
            row("depot", "email", finding("invalid", "dummy", 3, "cd:2"), more: #", "entity": "customer""#),
            row("depot", "phone", finding("invalid", "dummy", 1, "cd:3")))
        #expect(
            report.findingsText(.item, of: nil, nil) == """
                2  price: invalid, negative (depot 2)
                  tributary history ab:1 price
                """)
        func fields(_ entity: QualityCommand.Entity) -> [String] {
            report.text(entity, of: nil, nil, widthMax: nil).split(separator: "\n").dropFirst().map {
                String($0.split(separator: " ").dropFirst().first ?? "")
            }
        }
        #expect(fields(.customer) == ["email", "phone"] && fields(.item) == ["price"])
        #expect(report.text(.item, of: "web", nil, widthMax: nil) == "No articles of web.")
    }

    @Test("customers are meant where no entity is named, and one that is not looked at is refused with those that are")
    func entity() throws {
        #expect(try QualityCommand.parse([]).entity == .customer)
        #expect(try QualityCommand.parse(["--trend", "--entity", "item"]).entity == .item)
        let refused = #expect(throws: (any Error).self) { try QualityCommand.parse(["--entity", "sale"]) }
        let message = refused.map { QualityCommand.message(for: $0) } ?? ""
        for entity in QualityCommand.Entity.allCases { #expect(message.contains("'\(entity)'")) }
    }

    @Test("so many findings are told, and of more how many there are")
    func bound() throws {
        func lines(_ count: Int) throws -> [Substring] {
            let findings = (0..<count).map { finding("invalid", "reason \($0)", 1) }.joined(separator: ",")
            return try report(row("shop", "email", findings)).findingsText(of: nil, nil).split(separator: "\n")
        }
        let most = QualityCommand.Report.findingsMax
        #expect(try lines(most).count == most)
        #expect(try lines(most + 1).count == most + 1)
        #expect(try lines(most + 1).last == "and 1 more")
    }

    @Test("day by day; the share of nothing is not told as none, nor hardly all as all, nor hardly any as none")
    func trend() throws {
        let document = #"""
            [{"field": "company", "at": 1700000000000, "records": 10, "present": 0, "valid": 0},
             {"field": "email", "at": 1700000000000, "records": 10, "present": 5, "valid": 5},
             {"field": "phone", "at": 1700000000000, "records": 10000, "present": 9999, "valid": 1}]
            """#
        let days = try JSONDecoder().decode([QualityCommand.Day].self, from: Data(document.utf8))
        let rows = QualityCommand.text(of: days, field: nil, widthMax: nil).split(separator: "\n").map {
            $0.split(separator: " ").dropFirst(2).joined(separator: " ")
        }
        #expect(rows.dropFirst() == ["10 0 % -", "10 50.0 % 100 %", "10,000 99.9 % < 0.1 %"])
    }

    @Test("so many days are looked back on")
    func days() throws {
        #expect(try QualityCommand.parse(["--trend", "--days", "\(QualityCommand.daysMax)"]).days == QualityCommand.daysMax)
        #expect(try QualityCommand.parse(["--trend", "--days", "1"]).days == 1)
        for wrong in [0, QualityCommand.daysMax + 1] {
            #expect(throws: (any Error).self) { try QualityCommand.parse(["--trend", "--days", "\(wrong)"]) }
        }
    }

    @Test("who names a site or a field that there is not is told so, and which fields there are")
    func unknown() throws {
        let known = ["phone", "email", "phone"]
        try QualityCommand.check("email", isAmong: known)
        try QualityCommand.check(nil, isAmong: known)
        try QualityCommand.check("email", isAmong: [])
        let field = #expect(throws: Complaint.self) { try QualityCommand.check("nothing", isAmong: known) }
        #expect(field?.message == "There is no field nothing." && field?.remedy == "Fields are: email, phone.")
        try QualityCommand.check(site: "shop-1", isAmong: ["shop-1"])
        let site = #expect(throws: Complaint.self) { try QualityCommand.check(site: "nowhere", isAmong: ["shop-1"]) }
        #expect(site?.message == "There is no site nowhere.")
    }
}
