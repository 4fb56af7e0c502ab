import Causality
import ChangeSets
import HubRuntime
import HubTestSupport
import TestSupport
import Testing

@testable import HubStoreSQLite

@Suite("Former values of a field")
struct SupersededTests {
    @Test("Only what a write of a time might have ended sooner is read: of one field, and of those that ended later or out of bound")
    func endedAfter() async throws {
        let store = try SQLiteHubStore.temporary()
        _ = try await TestHub(store: store)
        let record = RecordNumber(replica: 1, counter: 1)
        func row(_ field: String, _ counter: UInt64, ended: UInt64, isInBound: Bool) -> SupersededRow {
            SupersededRow(
                record: record, field: field, replica: 1, counter: counter, time: Timestamp(milliseconds: 1), isInBound: true,
                isChained: true, value: .null, ended: Timestamp(milliseconds: ended), isEndInBound: isInBound, endReplica: 1, endCounter: 9)
        }
        try store.writeNow { writing in
            for row in [
                row("email", 1, ended: 99, isInBound: true), row("email", 2, ended: 100, isInBound: true),
                row("email", 3, ended: 101, isInBound: true), row("email", 4, ended: 50, isInBound: false),
                row("email", 5, ended: 150, isInBound: false), row("phone", 6, ended: 200, isInBound: true),
            ] { try writing.put(row) }
        }
        func counters(_ time: UInt64, isInBound: Bool) throws -> [UInt64] {
            try store.readNow {
                try $0.superseded(record: record, field: "email", endedAfter: Timestamp(milliseconds: time), isInBound: isInBound)
                    .map(\.counter)
            }
        }
        #expect(try counters(100, isInBound: true) == [2, 3, 4, 5])
        #expect(try counters(102, isInBound: true) == [4, 5])
        #expect(try counters(100, isInBound: false) == [5])
        #expect(try counters(151, isInBound: false) == [])
    }
}
