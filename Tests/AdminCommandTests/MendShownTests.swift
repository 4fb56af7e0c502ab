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
            ("12.50", "money", "125000"), ("-2", "quantity", "-20000"), ("3", "integer", "3"), ("1", "flag", "1"), ("1.5", "real", "1.5"),
            ("2023-11-14 22:13", "time", "1699999980000"), ("12.50", "text", #""12.50""#), ("x", nil, #""x""#),
        ] as [(String, String?, String)])
    func values(text: String, kind: String?, json: String) throws {
        let value = try Mend.value(text, of: "total", kind: kind)
        #expect(String(decoding: try JSONEncoder().encode(value), as: UTF8.self) == json)
    }

    @Test(
        "what is no value of its kind is refused",
        arguments: [
            ("seven", "money"), ("1.5", "integer"), ("yes", "flag"), ("nan", "real"), ("2023-11-14", "time"), ("now", "time"),
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
        for wrong in [["3f9a1c2b"], ["3f9a1c2b", "--set", "total"], ["3f9a1c2b", "--set", "=7"], ["3f9a1c2b", "--set", "total="]] {
            #expect(throws: (any Error).self) { try Mend.parse(wrong) }
        }
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
        #expect(words.contains("total seven 5, x can be mended") && words.contains("number S1 -"))
        #expect(words.contains("and 1 more field") && words.contains("Behind it wait 2 later changes of the same record."))
        #expect(words.contains("It moves -1 of MUG at bath, which is never corrected here."))
    }
}
