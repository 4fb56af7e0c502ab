import ArgumentParser
import Complaints
import Foundation
import Testing

@testable import AdminCommand

@Suite("What tributary tells of a change that is set aside, and how it is mended")
struct MendShownTests {
    private typealias Mend = QuarantineCommand.Mend

    @Test(
        "a value is written as people do",
        arguments: [
            ("12.50", "money", "125000"), ("12,50", "money", "125000"), ("0", "flag", "0"),
            ("-2", "quantity", "-20000"), ("3", "integer", "3"), ("1", "flag", "1"), ("1.5", "real", "1.5"),
            ("2023-11-14 22:13", "time", "1699999980000"), ("12.50", "text", #""12.50""#), ("x", nil, #""x""#),
        ] as [(String, String?, String)])
    func values(text: String, kind: String?, json: String) throws {
        let value = try Mend.value(text, of: "total", kind: kind)
        #expect(String(decoding: try JSONEncoder().encode(value), as: UTF8.self) == json)
    }

    @Test(
        "what is no value of its kind is refused",
        arguments: [
            ("seven", "money"), ("1.5", "integer"), ("yes", "flag"), ("2", "flag"), ("-1", "flag"), ("1,000", "money"),
            ("1,000.50", "money"), ("nan", "real"), ("2023-11-14", "time"), ("now", "time"),
            ("a:1", "reference"),
        ])
    func refused(text: String, kind: String) {
        #expect(throws: Complaint.self) { try Mend.value(text, of: "total", kind: kind) }
    }

    @Test("each field is given as FIELD=VALUE, and something has to be given")
    func options() throws {
        let mend = try Mend.parse(["3f9a1c2b", "--set", "unit price=1=2", "--set", "total=-1", "--leave-out", "at"])
        #expect(mend.values.compactMap(Mend.parts).map { "\($0.field)|\($0.value)" } == ["unit price|1=2", "total|-1"])
        #expect(mend.leaveOut == ["at"])
        let empty = #expect(throws: (any Error).self) { try Mend.parse(["3f9a1c2b", "--set", "total="]) }
        #expect(empty.map { Mend.message(for: $0) }?.contains("--leave-out total") ?? false)
        for twice in [["--set", "total=1", "--leave-out", "total"], ["--set", "total=1", "--set", "total=2"]] {
            let error = #expect(throws: (any Error).self) { try Mend.parse(["3f9a1c2b"] + twice) }
            #expect(error.map { Mend.message(for: $0) }?.contains("total is named twice. Give its value or leave it out.") ?? false)
        }
        for wrong in [["3f9a1c2b"], ["3f9a1c2b", "--set", "total"], ["3f9a1c2b", "--set", "=7"], ["3f9a1c2b", "--set", "total="]] {
            #expect(throws: (any Error).self) { try Mend.parse(wrong) }
        }
    }

    @Test(
        "a mended change is told with its record and fields, in the audit and once it was taken back",
        arguments: [
            (
                "mend", #"{"field":"total","kind":"money","value":125000,"leftOut":false},{"field":"at","kind":"time","leftOut":true}"#,
                "mend sale 1: total=12.50, at left out"
            ),
            ("undo", #"{"field":"total","kind":"money","value":null,"leftOut":false}"#, "undo sale 1: total empty"),
            ("mend", "", "mend sale 1"),
        ])
    func decided(choice: String, fields: String, told: String) throws {
        let document = #"""
            {"id": "h:1", "conflict": "quarantine:a:7", "choice": "\#(choice)", "message": "", "author": "ann", "time": 0, "values": [125000],
             "about": {"entity": "sale", "key": "1", "site": "kendal", "fields": [\#(fields)]}}
            """#
        let decision = try JSONDecoder().decode(DecisionShown.self, from: Data(document.utf8))
        #expect(decision.deed == told)
        #expect(decision.undoing.contains("The change stays taken in"))
    }

    @Test("any other decision is told with what it set, and what it decided is open again once it was taken back")
    func otherDecision() throws {
        let document = #"""
            {"id": "h:1", "conflict": "concurrent-counts:x", "choice": "value", "message": "", "author": "ann", "time": 0, "values": [125000]}
            """#
        let decision = try JSONDecoder().decode(DecisionShown.self, from: Data(document.utf8))
        #expect(decision.deed == "value: 12.5" && decision.undoing.contains("open again"))
    }

    @Test("what a change says stands beside what stands there now, with what it moves and what waits behind it")
    func shown() throws {
        let document = #"""
            {"fields": [
              {"name": "total", "kind": "money", "value": "seven", "present": [50000, "x"], "mayMend": true, "takesValue": true},
              {"name": "number", "kind": "text", "value": "S1", "present": [], "mayMend": false, "takesValue": true}],
             "fieldsHidden": 1, "behind": 2, "stock": {"sku": "MUG", "location": "bath", "quantity": -10000, "isCount": false},
             "action": "create", "isPersonal": false}
            """#
        let lines = try JSONDecoder().decode(ConflictCommand.Story.Refused.self, from: Data(document.utf8)).lines
        let words = lines.map { $0.split(separator: " ").joined(separator: " ") }
        #expect(words.contains("total seven 5.00, x yes") && words.contains("number S1 -"))
        #expect(words.contains("and 1 more field") && words.contains("Behind it wait 2 later changes of the same record."))
        #expect(words.contains("Stock: -1 of MUG at bath, as told, which is never corrected here."))
    }
}
