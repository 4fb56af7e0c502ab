import Causality
import ChangeSets
import HubTestSupport
import Testing

@testable import HubRuntime

@Suite("What the hub says of decisions that it cannot take back")
struct DecisionReturnsTests {
    @Test("S24: that the hub decided something else under the same numbers is said for good, of the site that brought it")
    func forkIsSaid() throws {
        let returns = DecisionReturns()
        func receipt(_ last: UInt64, of generation: UInt64) -> Receipt {
            let position = LineRow(number: 1, generation: ReplicaID(high: 0, low: 9), hash: Digest.zero.bytes).position
            return Receipt(
                replica: ReplicaID(high: 0, low: generation), last: last, hash: .zero, position: position, keepUntil: 0, time: TestHub.start
            )
        }
        returns.note(.fork(receipt(2, of: 1)), from: "web")
        returns.note(.gap(receipt(2, of: 1)), from: "web")
        returns.note(.gap(receipt(2, of: 1)), from: "depot")
        returns.note(.receipt(receipt(9, of: 2)), from: "web")
        #expect(returns.warnings.map { $0.contains("web") } == [true, false])
        returns.note(.receipt(receipt(3, of: 1)), from: "depot")
        #expect(returns.warnings.map { $0.contains("web") } == [true])
        returns.forget("web")
        #expect(returns.warnings.isEmpty)
    }
}
