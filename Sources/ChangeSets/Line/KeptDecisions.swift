import Causality

/// Operators' decisions that the hub gives its agents to keep, so that it gets them back when it is restored (S24).
public struct KeptDecisions: Hashable, Sendable {
    /// Number of the position up to which the hub's last verified backup reaches, on the line of the page: nothing up to there need be
    /// kept (S25).
    public var keepUntil: UInt64
    /// In the order of their numbers.
    public var decisions: [KeptDecision]

    public init(keepUntil: UInt64, decisions: [KeptDecision] = []) {
        self.keepUntil = keepUntil
        self.decisions = decisions
    }
}

/// One change-set of the hub, sealed so that nobody but that hub reads it: a site keeps it, whatever it is about.
public struct KeptDecision: Hashable, Sendable {
    /// Number of its position.
    public var number: UInt64
    /// Its first change: which generation of the hub wrote it, and where it stands among that one's.
    public var first: Dot
    public var sealed: [UInt8]

    public init(number: UInt64, first: Dot, sealed: [UInt8]) {
        self.number = number
        self.first = first
        self.sealed = sealed
    }
}

extension ByteWriter {
    mutating func keptDecisions(_ kept: KeptDecisions) {
        varint(kept.keepUntil)
        varint(kept.decisions.count)
        for decision in kept.decisions {
            varint(decision.number)
            dot(decision.first)
            bytes(decision.sealed)
        }
    }
}

extension ByteReader {
    mutating func keptDecisions() throws -> KeptDecisions {
        KeptDecisions(
            keepUntil: try varint(),
            decisions: try list { reader in
                KeptDecision(number: try reader.varint(), first: try reader.dot(), sealed: try reader.bytes())
            })
    }
}
