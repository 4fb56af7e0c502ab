import Causality
import ChangeSets
import Merging
import Testing

@Suite("How large a record may become")
struct RecordSizeTests {
    private static let id = RecordID(
        entity: "note", source: History.source, key: LocalKey(.integer(1)), life: Dot(History.replica(0), 1))

    private static func write(_ fields: [(FieldName, Value)]) -> Change {
        let subject = Subject(entity: "note", key: LocalKey(.integer(1)), life: id.life)
        return Change(time: Timestamp(milliseconds: 1), action: .write(subject, fields.map { FieldWrite($0.0, $0.1) }))
    }

    /// Two writers that do not know of each other gave a field its values; one gave another.
    private static func state() -> RecordState {
        var state = RecordState(id: id)
        let writers: [[(FieldName, Value)]] = [[("a", .text("123")), ("b", .integer(1))], [("a", .text("4567"))]]
        for (number, fields) in writers.enumerated() {
            let dot = Dot(History.replica(number), 1)
            let precedence = Precedence(isInBound: true, time: Timestamp(milliseconds: 1), dot: dot)
            _ = state.admit(write(fields), precedence: precedence, source: History.source, lineage: Lineage())
        }
        return state
    }

    @Test("siblings count, too: a record takes values and bytes up to its bounds, and no more", arguments: [0, 1])
    func bounds(less: Int) {
        let state = Self.state()
        #expect(state.valueCount == 3 && state.contentByteCount == 7)
        let two = Self.write([("c", .text("89")), ("d", .null)])
        func isTooLarge(_ state: RecordState?, values: Int = 5, bytes: Int = 9) -> Bool {
            RecordState.isTooLarge(two, for: state, valuesMax: values, bytesMax: bytes)
        }
        #expect(isTooLarge(state, values: 5 - less) == (less == 1))
        #expect(isTooLarge(state, bytes: 9 - less) == (less == 1))
        #expect(isTooLarge(nil, values: 2 - less) == (less == 1))
        #expect(isTooLarge(nil, bytes: 2 - less) == (less == 1))
    }

    @Test("a state is read with so many entries in one of its lists; more are taken for damage", arguments: [0, 1])
    func entries(more: Int) throws {
        let most = 65_536
        var state = RecordState(id: Self.id)
        let saw = (1...UInt64(most + more)).map { Dot(History.replica(0), $0) }
        let subject = Subject(entity: "note", key: LocalKey(.integer(1)), life: Self.id.life)
        let precedence = Precedence(isInBound: true, time: Timestamp(milliseconds: 1), dot: Dot(History.replica(0), 1))
        state.admit(
            Change(time: precedence.time, action: .write(subject, [FieldWrite("a", .integer(1), saw: saw)])), precedence: precedence,
            source: History.source, lineage: Lineage())
        let bytes = state.encoded()
        if more == 0 {
            #expect(try RecordState(id: Self.id, decoding: bytes) == state)
        } else {
            #expect(throws: ChangeSetError.self) { try RecordState(id: Self.id, decoding: bytes) }
        }
    }
}
