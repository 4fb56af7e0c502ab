import Causality
import TestSupport
import Testing

@Suite("Ids as people see and type them")
struct TextFormTests {
    @Test("A replica's and a dot's text and bytes come back", arguments: [0, 1, 0xFF, .max, 0x8000_0000_0000_0000] as [UInt64])
    func roundTrip(number: UInt64) throws {
        for replica in [ReplicaID(high: number, low: 1), ReplicaID(high: 2, low: number)] {
            #expect(replica.description.utf8.count == 32)
            #expect(ReplicaID(replica.description) == replica)
            #expect(replica.bytes.count == 16 && ReplicaID(bytes: replica.bytes) == replica)
            #expect(replica.description.hasPrefix(replica.short) && replica.short.utf8.count == 8)
            let dot = Dot(replica, number)
            #expect(Dot(dot.description) == dot)
        }
    }

    @Test("Bytes stand most significant first")
    func byteOrder() {
        let replica = ReplicaID(high: 0x0102_0304_0506_0708, low: 0x090A_0B0C_0D0E_0F10)
        #expect(replica.bytes == Array(1...16))
        #expect(replica.description == "0102030405060708090a0b0c0d0e0f10")
    }

    @Test(
        "What is no id is none",
        arguments: [
            "", "0102030405060708090a0b0c0d0e0f1", "0102030405060708090a0b0c0d0e0f100", "0102030405060708090a0b0c0d0e0fxx",
            "+102030405060708090a0b0c0d0e0f10", "01020304050607080-0a0b0c0d0e0f10", "0102030405060708 90a0b0c0d0e0f10",
        ])
    func noReplica(text: String) {
        #expect(ReplicaID(text) == nil)
        #expect(ReplicaID(bytes: Array(text.utf8).prefix(15)) == nil)
    }

    @Test("A dot has one spelling", arguments: ["", ":1", "1", ":", ":+1", ":-1", ":01", ":1 ", ":1:1", ":18446744073709551616"])
    func noDot(suffix: String) {
        let replica = ReplicaID(high: 1, low: 2)
        #expect(Dot("\(replica)\(suffix)") == (suffix == ":1" ? Dot(replica, 1) : nil))
    }

    @Test("Order goes by the bytes")
    func order() {
        let ids = [ReplicaID(high: 0, low: .max), ReplicaID(high: 1, low: 0), ReplicaID(high: .max, low: 0), ReplicaID(high: .max, low: 1)]
        #expect(ids.reversed().sorted() == ids)
        #expect(ids.map(\.bytes) == ids.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) })
        #expect(Dot(ids[0], .max) < Dot(ids[1], 0) && Dot(ids[0], 1) < Dot(ids[0], 2))
    }

    @Test("Random ids use all bits that they are given")
    func random() {
        var generator = SeededGenerator(seed: 4)
        let ids = Set((0..<1000).map { _ in ReplicaID.random(using: &generator) })
        #expect(ids.count == 1000)
    }
}
