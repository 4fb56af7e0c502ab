import Causality
import ChangeSets
import Testing

@testable import Capture

@Suite("What to do with a file before it is read (S15, S16)")
struct RecoveryDecisionTests {
    static let source = SourceID(ReplicaID(high: 1, low: 1))
    static let former = SourceID(ReplicaID(high: 3, low: 3))
    static let unheardOf = SourceID(ReplicaID(high: 4, low: 4))
    static let other = SourceID(ReplicaID(high: 2, low: 2))
    static let owner = SigningKey().publicKey
    static let stranger = SigningKey().publicKey

    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var file: SourceMark?
        var sealed = DrainName(number: 7, nonce: 70)
        var unsealed: DrainName?
        var hubIsAhead = false
        var decision: RecoveryDecision
    }

    static func mark(
        _ number: UInt64, _ nonce: UInt64, owner: VerifyingKey = owner, source: SourceID = source, version: Int64 = 1
    ) -> SourceMark {
        SourceMark(
            version: version, source: source, owner: owner, drain: DrainName(number: number, nonce: nonce),
            last: Dot(ReplicaID(high: 9, low: 9), 100), high: 0)
    }

    static let cases: [Case] = [
        Case(testDescription: "both agree", file: mark(7, 70), decision: .goOn),
        Case(
            testDescription: "killed before the mark", file: mark(7, 70), unsealed: DrainName(number: 8, nonce: 80),
            decision: .discardUnsealed),
        Case(
            testDescription: "killed before the seal", file: mark(8, 80), unsealed: DrainName(number: 8, nonce: 80), decision: .sealUnsealed
        ),
        Case(testDescription: "the file was restored", file: mark(6, 60), decision: .recover),
        Case(
            testDescription: "the file was restored, and a drain is open", file: mark(6, 60), unsealed: DrainName(number: 8, nonce: 80),
            decision: .recover),
        Case(testDescription: "the agent's folder was restored", file: mark(8, 80), decision: .recover),
        Case(testDescription: "both were restored, and reached the same number again", file: mark(7, 71), decision: .recover),
        Case(
            testDescription: "an open drain has the number, not the nonce", file: mark(8, 81), unsealed: DrainName(number: 8, nonce: 80),
            decision: .recover),
        Case(
            testDescription: "both were restored to the same drain, and the hub knows more", file: mark(7, 70), hubIsAhead: true,
            decision: .recover),
        Case(testDescription: "our tables are gone", file: nil, decision: .replaced(found: nil)),
        Case(
            testDescription: "the mark was committed, the seal is missing, and the hub knows more", file: mark(8, 80),
            unsealed: DrainName(number: 8, nonce: 80), hubIsAhead: true, decision: .sealUnsealed),
        Case(testDescription: "another file of ours", file: mark(7, 70, source: other), decision: .replaced(found: other)),
        Case(
            testDescription: "another agent's file", file: mark(7, 70, owner: stranger, source: unheardOf),
            decision: .replaced(found: unheardOf)),
        Case(testDescription: "after a fork the file still names the former source", file: mark(7, 70, source: former), decision: .goOn),
        Case(testDescription: "a file from before the fork was put back", file: mark(5, 50, source: former), decision: .recover),
        Case(testDescription: "the folder from before the fork was put back", file: mark(9, 90, source: unheardOf), decision: .recover),
        Case(testDescription: "another agent", file: mark(9, 90, owner: stranger), decision: .otherOwner(stranger)),
        Case(testDescription: "a later version", file: mark(7, 70, version: 2), decision: .tooNew(version: 2)),
    ]

    @Test("file and journal", arguments: cases)
    func decision(_ example: Case) {
        let known = RecoveryDecision.Known(
            sources: [Self.source, Self.former], others: [Self.other], owner: Self.owner, sealed: example.sealed,
            unsealed: example.unsealed, hubIsAhead: example.hubIsAhead)
        #expect(RecoveryDecision.of(file: example.file, journal: known) == example.decision)
    }
}
