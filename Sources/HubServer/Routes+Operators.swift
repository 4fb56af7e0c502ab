import Serving
import Causality
import HubRuntime

/// What operators and scripts ask, each in their role.
extension HubRoutes {
    static let bodyBytesMax = 16 << 10
    /// The longest note, with each of its characters escaped.
    static let noteBytesMax = 32 << 10

    var operatorRoutes: [HubRoute] {
        [
            HubRoute(.get, "/v1/sites", .person(.viewer)) { try .json(try await hub.sites(now: $0.now)) },
            HubRoute(.post, "/v1/sites", .person(.admin), bodyBytesMax: Self.bodyBytesMax) { try await addSite($0) },
            HubRoute(.get, "/v1/sites/{name}", .person(.viewer)) { try .json(try await hub.site($0.parameter("name"), now: $0.now)) },
            HubRoute(.post, "/v1/sites/{name}/revoke", .person(.admin), bodyBytesMax: Self.bodyBytesMax) { try await revoke($0) },
            HubRoute(.post, "/v1/profiles/search", .person(.viewer), bodyBytesMax: Self.bodyBytesMax) { try await search($0) },
            HubRoute(.get, "/v1/profiles/{id}", .person(.viewer)) { try await profile($0) },
            HubRoute(.get, "/v1/profiles/{id}/timeline", .person(.viewer)) { try await timeline($0) },
            HubRoute(.get, "/v1/stock/{sku}", .person(.viewer)) { try await stock($0) },
            HubRoute(.post, "/v1/as-of/stock", .person(.viewer), bodyBytesMax: Self.bodyBytesMax) { try await stockThen($0) },
            HubRoute(.post, "/v1/as-of/profile", .person(.viewer), bodyBytesMax: Self.bodyBytesMax) { try await profileThen($0) },
            HubRoute(.post, "/v1/as-of/timeline", .person(.viewer), bodyBytesMax: Self.bodyBytesMax) { try await timelineThen($0) },
            HubRoute(.get, "/v1/orders/{number}", .person(.viewer)) { try await orders($0) },
            HubRoute(.post, "/v1/conflicts/resolve", .person(.operator), bodyBytesMax: Self.bodyBytesMax) { try await resolve($0) },
            HubRoute(.post, "/v1/conflicts/resolve-all", .person(.operator), bodyBytesMax: Self.bulkBytesMax) { try await resolveAll($0) },
            HubRoute(.post, "/v1/conflicts/note", .person(.operator), bodyBytesMax: Self.noteBytesMax) { call in
                let note = try await hub.note(call.json(), now: call.now)
                call.logger.notice("note written", metadata: ["note": "\(note.number)"])
                return try .json(note)
            },
            HubRoute(.get, "/v1/conflict-notes", .person(.viewer)) { try await conflictNotes($0) },
            HubRoute(.get, "/v1/policies", .person(.viewer)) { try .json(try await hub.policies(now: $0.now)) },
            HubRoute(.post, "/v1/policies", .person(.admin), bodyBytesMax: Self.bodyBytesMax) { call in
                try .json(try await hub.setPolicy(call.json(), now: call.now))
            },
            HubRoute(.get, "/v1/policies/try", .person(.viewer)) { try await tryPolicy($0) },
            HubRoute(.get, "/v1/safety-stock", .person(.viewer)) { try .json(try await hub.safetyStock(now: $0.now)) },
            HubRoute(.post, "/v1/safety-stock", .person(.operator), bodyBytesMax: Self.bodyBytesMax) { call in
                try .json(try await hub.keepBack(call.json(), now: call.now))
            },
            HubRoute(.post, "/v1/collect", .person(.admin), bodyBytesMax: Self.bodyBytesMax) { call in
                try .json(try await hub.collect(call.json(), now: call.now))
            },
            HubRoute(.get, "/v1/decisions", .person(.viewer)) { call in
                let limit = try call.limit(usual: Hub.decisionsUsual)
                let decisions = try await hub.decisionPage(after: call.asked("after"), limit: limit, now: call.now).decisions
                await noteDecisions(decisions.entries, call)
                return try .page(decisions)
            },
            HubRoute(.post, "/v1/decisions/undo", .person(.operator), bodyBytesMax: Self.bodyBytesMax) { try await undo($0) },
            HubRoute(.post, "/v1/backup", .person(.admin), bodyBytesMax: Self.bodyBytesMax) { try await backUp($0) },
            HubRoute(.get, "/v1/status", .person(.viewer)) { try .json(try await hub.status(now: $0.now)) },
        ]
    }

    private struct SiteQuestion: Decodable {
        let name: String
        let kind: SiteKind
        let region: String?
    }
    private struct TokenAnswer: Encodable {
        let site, token: String
        let expires: UInt64
        let sourceName: String
    }
    private struct Nothing: Encodable {}

    private func addSite(_ call: HubCall) async throws -> Reply {
        let question = try call.json(SiteQuestion.self)
        let token = try await token(for: question, call)
        call.logger.info("site added", metadata: ["site": "\(question.name)", "kind": "\(question.kind.rawValue)"])
        return try .json(
            TokenAnswer(
                site: token.site, token: token.token, expires: token.expires.milliseconds, sourceName: question.kind.sourceName))
    }

    /// A new site's token, or another one for a site that is there and is what the question says.
    private func token(for question: SiteQuestion, _ call: HubCall) async throws -> EnrolmentToken {
        do {
            let token = try await hub.addSite(name: question.name, kind: question.kind, region: question.region, now: call.now)
            await noteDeed(.siteAdded, token.site, call)
            return token
        } catch let error as HubError where error.code == .siteExists {
            let known = try await hub.site(question.name, now: call.now)
            guard known.kind == question.kind, question.region == nil || known.region == question.region else { throw error }
            let token = try await hub.issueToken(site: question.name, now: call.now)
            await noteDeed(.siteToken, token.site, call)
            return token
        }
    }

    private func revoke(_ call: HubCall) async throws -> Reply {
        let name = try call.parameter("name")
        try await hub.revoke(site: name)
        call.logger.notice("site revoked", metadata: ["site": "\(name)"])
        await noteDeed(.siteRevoked, name, call)
        return try .json(Nothing())
    }

    private struct SearchQuestion: Decodable {
        let email, phone, id, name: String?
        let limit: Int?
        let after: String?
    }

    private func search(_ call: HubCall) async throws -> Reply {
        let question = try call.json(SearchQuestion.self)
        let given: [ProfileSearch] = [
            question.email.map { .email($0) }, question.phone.map { .phone($0) }, question.id.map { .id($0) },
            question.name.map { .name($0) },
        ].compactMap { $0 }
        guard given.count == 1, let search = given.first else {
            throw ServerError(
                .badRequest, "A search gives exactly one of email, phone, id and name; this one gives \(given.count).",
                remedy: "Ask once for each.")
        }
        let found = try await hub.profiles(search, after: question.after, limit: question.limit ?? Hub.profilesFoundMax, now: call.now)
        await hub.noteLookUp(.search, search.kind, found: found.count, by: call.principal, now: call.now)
        return .page(found)
    }

    private func profile(_ call: HubCall) async throws -> Reply {
        let id = try call.parameter("id")
        let answer = try await hub.profile(id, now: call.now)
        await noteProfile(id, answer, call)
        return try found(answer, profile: id)
    }

    private func timeline(_ call: HubCall) async throws -> Reply {
        let id = try call.parameter("id")
        let limit = call.query("limit").map { Int($0) ?? 0 } ?? Hub.timelineEntriesUsual
        let answer = try await hub.timeline(id, before: call.query("before"), limit: limit, now: call.now)
        await noteProfile(id, answer, call)
        return try found(answer, profile: id)
    }

    /// Who is not there is not looked up; what was typed for an id may be anything.
    private func noteProfile(_ id: String, _ answer: JSONAnswer?, _ call: HubCall) async {
        guard answer != nil else { return }
        await hub.noteLookUp(.profile, id, found: 1, by: call.principal, now: call.now)
    }

    private func found(_ answer: JSONAnswer?, profile id: String) throws -> Reply {
        guard let answer else {
            throw HubError(.notFound, "There is no profile \(id).", remedy: "Look the customer up: tributary profile find.")
        }
        return .document(answer)
    }

    /// What had not arrived by a time, or at a site, is no spelling mistake.
    private func known(_ answer: JSONAnswer?, as id: String) throws -> Reply {
        guard let answer else {
            throw HubError(
                .notFound, "Nobody was known as \(id) then.",
                remedy: "Give a later time: a profile begins when the first of its records arrives.")
        }
        return .document(answer)
    }

    private struct ProfileThen: Decodable {
        let id: String
        let time: UInt64
        let site: String?
    }

    private func profileThen(_ call: HubCall) async throws -> Reply {
        let question = try call.json(ProfileThen.self)
        let answer = try await hub.profile(question.id, asOf: Timestamp(milliseconds: question.time), at: question.site)
        await noteProfile(question.id, answer, call)
        return try known(answer, as: question.id)
    }

    private struct TimelineThen: Decodable {
        let id: String
        let time: UInt64
        let site, before: String?
        let limit: Int?
    }

    private func timelineThen(_ call: HubCall) async throws -> Reply {
        let question = try call.json(TimelineThen.self)
        let answer = try await hub.timeline(
            question.id, before: question.before, limit: question.limit ?? Hub.timelineEntriesUsual,
            asOf: Timestamp(milliseconds: question.time), at: question.site)
        await noteProfile(question.id, answer, call)
        return try known(answer, as: question.id)
    }

    private func stock(_ call: HubCall) async throws -> Reply {
        let sku = try call.parameter("sku")
        return try found(try await hub.stock(sku: sku, now: call.now), sku: sku)
    }

    private func found(_ answer: JSONAnswer?, sku: String) throws -> Reply {
        guard let answer else {
            throw HubError(
                .notFound, "Nobody has moved or counted \(sku).", remedy: "Check the SKU's spelling; it is taken letter by letter.")
        }
        return .document(answer)
    }

    private struct StockThen: Decodable {
        let sku: String
        let time: UInt64
        let site: String?
    }

    private func stockThen(_ call: HubCall) async throws -> Reply {
        let question = try call.json(StockThen.self)
        return try found(
            try await hub.stock(sku: question.sku, asOf: Timestamp(milliseconds: question.time), at: question.site), sku: question.sku)
    }

    private func orders(_ call: HubCall) async throws -> Reply {
        let number = try call.parameter("number")
        let after = call.asked("after")
        let limit = try call.limit(usual: Hub.ordersPerNumberMax)
        let answers = try await hub.orders(number: number, after: after, limit: limit, now: call.now)
        guard !answers.isEmpty || after != nil else {
            throw HubError(
                .notFound, "There is no order \(number).", remedy: "Check the number; an order is seen here once its site has sent it.")
        }
        await hub.noteLookUp(.order, number, found: answers.count, by: call.principal, now: call.now)
        return .page(answers)
    }

    private struct ConflictName: Decodable { let id: String }

    private func resolve(_ call: HubCall) async throws -> Reply {
        let (name, resolution) = (try call.json(ConflictName.self), try call.json(Resolution.self))
        let answer = try await hub.resolve(name.id, resolution, now: call.now)
        call.logger.notice("conflict decided", metadata: ["decision": "\(answer.id)", "choice": "\(answer.choice.rawValue)"])
        return try .json(answer)
    }

    private func resolveAll(_ call: HubCall) async throws -> Reply {
        let answer = try await hub.resolveAll(call.json(), now: call.now)
        await noteConflicts(answer.decided.compactMap(\.shown) + answer.left.compactMap(\.shown), call)
        if !answer.isDryRun { call.logger.notice("conflicts decided by rule", metadata: ["decided": "\(answer.decided.count)"]) }
        return try .json(answer)
    }

    /// Of one conflict in the order in which they were written, or the latest of all.
    private func conflictNotes(_ call: HubCall) async throws -> Reply {
        let asked = FormBody(queryOf: call)
        guard let conflict = asked["conflict"] else {
            let limit = asked["limit"].map { Int($0) ?? 0 } ?? Hub.conflictNotesPageMax
            let notes = try await hub.conflictNotes(before: asked["before"].flatMap(Int64.init), limit: limit)
            await noteNotes(notes, call)
            return try .json(notes)
        }
        let notes = try await hub.conflictNotes(on: conflict)
        if !notes.isEmpty {
            await noteLook(at: try await hub.conflicts(ConflictFilter(id: conflict), now: call.now).first, of: conflict, call)
        }
        return try .json(notes)
    }

    /// What is not given is no policy, field or entity, and refused as such.
    private func tryPolicy(_ call: HubCall) async throws -> Reply {
        let (entity, field, policy) = (call.asked("entity") ?? "", call.asked("field") ?? "", call.asked("policy") ?? "")
        let trial = try await hub.tryPolicyOnAll(policy, of: field, of: entity, now: call.now)
        await noteExamples(of: trial, call)
        return try .json(trial)
    }

    /// A trial's examples may show people.
    func noteExamples(of trial: PolicyTrial, _ call: HubCall) async {
        let people = Set(trial.examples.map(\.conflict.about.profile) + (trial.reach?.examples.map(\.profile) ?? [])).subtracting([nil])
        if !people.isEmpty { await hub.noteLookUp(.search, "conflicts", found: people.count, by: call.principal, now: call.now) }
    }

    private struct UndoQuestion: Decodable {
        let id, author: String
        let note: String?
    }

    private func undo(_ call: HubCall) async throws -> Reply {
        let question = try call.json(UndoQuestion.self)
        let answer = try await hub.undo(
            question.id, author: question.author, note: question.note, role: call.principal?.role ?? .viewer, now: call.now)
        call.logger.notice("decision undone", metadata: ["decision": "\(question.id)"])
        return try .json(answer)
    }

    private struct BackupQuestion: Decodable { let file: String }
    private struct BackupAnswer: Encodable {
        let file: String
        let position: UInt64
    }

    private func backUp(_ call: HubCall) async throws -> Reply {
        let question = try call.json(BackupQuestion.self)
        guard question.file.hasPrefix("/") else {
            throw ServerError(.badRequest, "The backup's file has no absolute path.", remedy: "Name it from the root on: /backup/hub.db")
        }
        let position = try await hub.backUp(to: question.file)
        call.logger.notice("backup written", metadata: ["file": "\(question.file)", "position": "\(position)"])
        return try .json(BackupAnswer(file: question.file, position: position))
    }
}
