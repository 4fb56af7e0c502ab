import HubRuntime
import Profiles
import Serving

/// Which customer records are one person: operators' links, and the rules.
extension HubRoutes {
    /// Rules carry lists of blocked values.
    static let rulesBytesMax = 1 << 20

    var identityRoutes: [HubRoute] {
        [
            HubRoute(.post, "/v1/profiles/link", .person(.operator), bodyBytesMax: Self.bodyBytesMax) { call in
                try logged(.link, try await hub.link(call.json(), now: call.now), call)
            },
            HubRoute(.post, "/v1/profiles/unlink", .person(.operator), bodyBytesMax: Self.bodyBytesMax) { call in
                try logged(.unlink, try await hub.unlink(call.json(), now: call.now), call)
            },
            HubRoute(.post, "/v1/profiles/apart", .person(.operator), bodyBytesMax: Self.bodyBytesMax) { call in
                try logged(.apart, try await hub.keepApart(call.json(), now: call.now), call)
            },
            HubRoute(.get, "/v1/profiles/{id}/decisions", .person(.viewer)) { call in
                let id = try call.parameter("id")
                let decisions = try await hub.linkDecisions(of: id, now: call.now)
                // Where nothing was decided nothing of anybody is told.
                if !decisions.isEmpty { await hub.noteLookUp(.profile, id, found: 1, by: call.principal, now: call.now) }
                return try .json(decisions)
            },
            HubRoute(.get, "/v1/identity", .person(.viewer)) { _ in try .json(hub.linkRules) },
            HubRoute(.post, "/v1/identity", .person(.admin), bodyBytesMax: Self.rulesBytesMax) { call in
                let answer = try await hub.setIdentity(call.json(), now: call.now)
                call.logger.notice("rules of identity set", metadata: ["decision": "\(answer.id)"])
                return try .json(answer)
            },
            HubRoute(.post, "/v1/identity/try", .person(.operator), bodyBytesMax: Self.rulesBytesMax) { call in
                try .json(try await hub.tryIdentity(call.json(GivenRules.self), now: call.now))
            },
            HubRoute(.get, "/v1/identity/weights", .person(.viewer)) { try .json(try await hub.weighIdentity(now: $0.now)) },
            HubRoute(.get, "/v1/identity/ignored", .person(.viewer)) { call in
                let ignored = try await hub.ignoredIdentifiers(now: call.now)
                await noteIgnored(ignored, call)
                return try .json(ignored)
            },
            HubRoute(.post, "/v1/identity/match", .person(.operator), bodyBytesMax: Self.bodyBytesMax) { call in
                try .json(try await hub.matchAll(now: call.now))
            },
            HubRoute(.post, "/v1/identity/proposals", .person(.viewer), bodyBytesMax: Self.bodyBytesMax) { call in
                let question = try call.json(ProposalsQuestion.self)
                let found = try await hub.proposals(
                    above: question.above ?? MatchThreshold.proposalProbability, after: question.after,
                    limit: question.limit ?? Hub.proposalsMax, now: call.now)
                await noteProposals(found.count, call)
                return try .page(found)
            },
            HubRoute(.post, "/v1/identity/proposals/accept", .person(.operator), bodyBytesMax: Self.bodyBytesMax) { call in
                let answer = try await hub.acceptProposals(call.json(), now: call.now)
                if !answer.isDryRun { call.logger.notice("proposals accepted", metadata: ["pairs": "\(answer.pairs)"]) }
                return try .json(answer)
            },
            HubRoute(.get, "/v1/quality", .person(.viewer)) { .document(try await hub.quality(of: $0.qualityEntity(), now: $0.now)) },
        ]
    }

    private struct ProposalsQuestion: Decodable {
        let above: Double?
        let limit: Int?
        let after: String?
    }

    private enum Verb: String { case link, unlink, apart }

    private func logged(_ verb: Verb, _ answer: LinkAnswer, _ call: HubCall) throws -> Reply {
        call.logger.notice("customers decided", metadata: ["verdict": "\(verb.rawValue)", "decision": "\(answer.decision.id)"])
        return try .json(answer)
    }
}
