import Capture
import Causality
import ChangeSets
import HubRuntime
import TestSupport

@testable import AgentRuntime

/// What a recovery meets in a simulation: one site's source, and the hub at the other end of its line.
struct SimulatedRecovery: RecoveringSource, RecoveryLine {
    let world: World
    let site: World.Site

    func forgetImages(of request: RecoveryRequest) throws { try site.agent.source.forgetImages() }

    func stage(_ images: [RecordImage], as kind: StagedImages, isFirst: Bool, of request: RecoveryRequest) throws {
        try site.agent.source.stage(images, as: kind, isFirst: isFirst)
        world.trace.append("  \(site.label) \(images.count) images as \(kind.rawValue)")
    }

    func recover(_ request: RecoveryRequest, as recovery: Recovery, outbox: Outbox) throws {
        site.agent.opening = recovery
        try site.agent.source.recover(
            following: recovery.follows, abandoning: recovery.distrustsOwnImages, parting: recovery.parts, random: &world.generator,
            beside: outbox.ending(recovery, of: request))
    }

    /// What the line does to a question and its answer.
    private func ask<Result>(_ question: () async throws -> Result) async throws -> Result {
        let fate = world.fate(of: site)
        guard fate != .requestLost else { throw World.lost }
        if fate == .doubled { _ = try await question() }
        let answer = try await question()
        guard fate != .answerLost else {
            world.note("answer lost in a recovery")
            throw World.lost
        }
        return answer
    }

    func standings() async throws -> [Receipt] { try await ask { try await world.receipts(of: site) } }

    func shared(_ replica: ReplicaID, ends: [SetEnd]) async throws -> SetEnd {
        // An earlier hub has no such route.
        if world.hubIsOlder { throw LineFailure(.rejected, "The hub has no /v1/sync/shared.", remedy: "Update the hub.") }
        let answer = try await ask {
            try await world.hub.shared(replica, ends: ends, agent: try await world.record(of: site), now: world.time)
        }
        guard case .receipt(let receipt) = answer else { throw SimulationError(message: "no receipt") }
        world.trace.append("  \(site.label) shares \(replica.short) up to \(receipt.last)")
        return SetEnd(receipt.last, receipt.hash)
    }

    func images(source: SourceID, asOf dot: Dot?, isNewest: Bool, after: [UInt8]?) async throws -> ImagesPage {
        let answer = try await ask {
            try await world.hub.images(
                source: source, upTo: dot, isNewest: isNewest, after: after, agent: try await world.record(of: site), now: world.time)
        }
        guard case .images(let page) = answer else { throw SimulationError(message: "no images") }
        return page
    }
}
