import ChangeSets
import Console
import Foundation
import HubRuntime
import Serving

/// The conflict desk.
extension HubRoutes {
    static let conflictsShown = 50
    /// Five hundred conflicts, with what was shown of each.
    static let bulkBytesMax = 1 << 20

    var conflictRoutes: [HubRoute] {
        [
            HubRoute(.get, "/conflicts", .console(.viewer)) { call in
                let asked = FormBody(queryOf: call)
                return try await conflictQueue(call, Self.filter { asked[$0] }, in: Self.order(asked["order"]), after: nil)
            },
            // What somebody types may be a customer's name: it stands in no address.
            HubRoute(.post, "/conflicts", .console(.viewer), bodyBytesMax: Self.formBytesMax) { call in
                let form = FormBody(call.body)
                return try await conflictQueue(call, Self.filter { form[$0] }, in: Self.order(form["order"]), after: form["after"])
            },
            HubRoute(.post, "/conflicts/bulk", .console(.operator), bodyBytesMax: Self.bulkBytesMax) { try await bulk($0) },
            HubRoute(.get, "/conflicts/decided", .console(.viewer)) { try await decidedPage($0) },
            HubRoute(.get, "/conflicts/{id}", .console(.viewer)) { call in
                try await conflictPage(call, call.parameter("id"), problem: nil)
            },
            HubRoute(.post, "/conflicts/{id}", .console(.operator), bodyBytesMax: Self.formBytesMax) { try await decide($0) },
            HubRoute(.post, "/conflicts/{id}/notes", .console(.operator), bodyBytesMax: Self.formBytesMax) { try await writeNote($0) },
            HubRoute(.post, "/conflicts/{id}/rule", .console(.admin), bodyBytesMax: Self.formBytesMax) { try await setRule($0) },
            HubRoute(.post, "/conflicts/{id}/undo", .console(.operator), bodyBytesMax: Self.formBytesMax) { try await undoFromDesk($0) },
        ]
    }

    // MARK: the queue

    private static func filter(_ field: (String) -> String?) -> ConflictFilter {
        func given(_ name: String) -> String? { field(name).flatMap { $0.isEmpty ? nil : $0 } }
        return ConflictFilter(
            kind: given("kind").flatMap(ConflictAnswer.Kind.init(rawValue:)), site: given("site"), field: given("field"),
            entity: given("entity"),
            text: given("text"), days: given("days").flatMap { Int($0) },
            choice: given("choice") == Decision.Choice.replay.rawValue ? .replay : nil)
    }

    private static func order(_ name: String?) -> ConflictOrder { name.flatMap(ConflictOrder.init(rawValue:)) ?? .kind }

    private func conflictQueue(_ call: HubCall, _ filter: ConflictFilter, in order: ConflictOrder, after: String?) async throws -> Reply {
        let found = try await hub.conflictPage(filter, in: order, after: after, limit: Self.conflictsShown, now: call.now)
        let sites = try await hub.siteNames()
        let open = try await hub.openConflicts(now: call.now)
        let notes = try await hub.conflictNoteMarks(on: found.conflicts.map(\.id))
        await noteConflicts(found.conflicts, call)
        return .page(
            console.conflicts(
                found, isLater: after != nil, filter: filter, order: order, open: open, sites: sites, notes: notes,
                for: try await visitor(call, open: open)))
    }

    // MARK: one conflict

    private func conflictPage(
        _ call: HubCall, _ id: String, problem: HubError?, typed: ConflictTyped = ConflictTyped(), rule: String? = nil
    ) async throws -> Reply {
        // Looking at what a rule would do changes nothing, and its address can be kept.
        let story = try await hub.conflictStory(id, trying: rule ?? FormBody(queryOf: call)["rule"], now: call.now)
        await noteLook(at: story, of: id, call)
        let admins = story.rule == nil ? [] : try await hub.users().filter { $0.role == .admin }.map(\.name)
        var visitor = try await visitor(call)
        // Also where a form of the page was refused: what is loaded again is the page.
        visitor.path = Address.conflict(id)
        let page = console.conflict(story, id: id, problem: problem, typed: typed, admins: admins, for: visitor)
        return .page(page, status: problem == nil ? .ok : .conflict)
    }

    /// A page that shows people, or did, is in the trail; so is the same for programs.
    func noteLook(at story: ConflictStory, of id: String, _ call: HubCall) async {
        // A rule's examples are about others.
        await noteLook(
            at: story.conflict, of: id, besides: story.rule?.examples.map(\.conflict.about.profile) ?? [],
            isPersonal: story.refused?.isPersonal ?? false, call)
    }

    private func decide(_ call: HubCall) async throws -> Reply {
        let (id, form) = (try call.parameter("id"), FormBody(call.body))
        do {
            let conflict = try await hub.conflicts(ConflictFilter(id: id), now: call.now).first
            let zone = Self.visitor(headers: call.headers, address: call.address, now: call.now, session: call.session).zone
            let answer = try await hub.resolve(id, try Self.resolution(form, of: conflict, by: call, zone: zone), now: call.now)
            call.logger.notice("conflict decided", metadata: ["decision": "\(answer.id)", "choice": "\(answer.choice.rawValue)"])
            return .seeOther(Address.conflict(id) + "?said=decided")
        } catch let error as HubError where [.conflictGone, .choiceInvalid, .badRequest].contains(error.code) {
            // Somebody else was faster, or the value is none: the page says so, shows what there is now, and keeps what was typed.
            let mended = Dictionary(zip(form.all("mend-field"), form.all("mend-value")), uniquingKeysWith: { first, _ in first })
            return try await conflictPage(
                call, id, problem: error, typed: ConflictTyped(value: form["value"], note: form["note"], mended: mended))
        }
    }

    /// What colleagues should know; it decides nothing.
    private func writeNote(_ call: HubCall) async throws -> Reply {
        let (id, form) = (try call.parameter("id"), FormBody(call.body))
        do {
            let question = ConflictNoteQuestion(id: id, text: form.raw("text"), author: call.principal?.name ?? "")
            let note = try await hub.note(question, now: call.now)
            call.logger.notice("note written", metadata: ["note": "\(note.number)"])
            return .seeOther(Address.conflict(note.conflict) + "?said=noted#notes")
        } catch let error as HubError where error.code == .badRequest {
            return try await conflictPage(call, id, problem: error, typed: ConflictTyped(text: form.raw("text")))
        }
    }

    /// The policy of the field that this conflict is about, from now on.
    private func setRule(_ call: HubCall) async throws -> Reply {
        let (id, form) = (try call.parameter("id"), FormBody(call.body))
        do {
            let conflict = try await hub.conflicts(ConflictFilter(kind: .concurrentWrites, id: id), now: call.now).first
            guard let entity = conflict?.about.entity, let field = conflict?.about.field else {
                throw HubError(
                    .conflictGone, "That conflict is not open any more: no rule was set.",
                    remedy: "Look at what was decided here; rules are set on their own page, too.")
            }
            let question = PolicyQuestion(
                entity: entity, field: field, policy: form["rule"] ?? "", author: call.principal?.name ?? "", note: form["note"])
            let answer = try await hub.setPolicy(question, now: call.now)
            call.logger.notice("policy set", metadata: ["decision": "\(answer.id)"])
            return .seeOther(Address.conflict(id) + "?said=conflict-rule")
        } catch let error as HubError where [.conflictGone, .choiceInvalid, .badRequest].contains(error.code) {
            return try await conflictPage(call, id, problem: error, rule: form["rule"])
        }
    }

    /// - Throws: `request-invalid` for a value that is none.
    private static func resolution(
        _ form: FormBody, of conflict: ConflictAnswer?, by call: HubCall, zone: TimeZone
    ) throws -> Resolution {
        let author = call.principal?.name ?? ""
        if let dot = form["take"] { return Resolution(.take, side: dot, seen: form["seen"], author: author, note: form["note"]) }
        guard let choice = form["choice"].flatMap(Decision.Choice.init) else {
            throw HubError(.badRequest, "Nothing was chosen.", remedy: "Press one of the buttons.")
        }
        let value = choice == .value ? try value(form, of: conflict?.about, zone: zone) : nil
        let mending = choice == .mend ? try mending(form, of: conflict?.about, zone: zone) : nil
        return Resolution(choice, value: value, mending: mending, seen: form["seen"], author: author, note: form["note"])
    }

    /// Each field that is wrong with what was typed for it; what was left empty is left out.
    ///
    /// - Throws: `request-invalid` for a value that is none.
    private static func mending(_ form: FormBody, of about: ConflictAnswer.About?, zone: TimeZone) throws -> Mending {
        var mending = Mending(leaveOut: form.all("mend-leave"))
        for (field, typed) in zip(form.all("mend-field"), form.all("mend-value")) {
            let text = typed.trimmingCharacters(in: .whitespacesAndNewlines)
            if text.isEmpty {
                mending.leaveOut.append(field)
            } else {
                mending.values[field] = try TypedValue(text: text, zone: zone).read(for: field, of: about?.entity)
            }
        }
        return mending
    }

    private static func value(_ form: FormBody, of about: ConflictAnswer.About?, zone: TimeZone) throws -> JSONValue {
        let typed = TypedValue(text: form["value"] ?? "", zone: zone)
        if about?.sku != nil { return try typed.pieces() }
        guard form["value"] != nil else {
            throw HubError(.badRequest, "The value is missing.", remedy: "Write it into the field, or take one of the sides.")
        }
        return try typed.read(for: about?.field ?? "", of: about?.entity)
    }

    private func undoFromDesk(_ call: HubCall) async throws -> Reply {
        let (id, form) = (try call.parameter("id"), FormBody(call.body))
        do {
            let answer = try await hub.undo(
                form["decision"] ?? "", author: call.principal?.name ?? "", note: form["note"], role: call.principal?.role ?? .viewer,
                now: call.now)
            call.logger.notice("decision undone", metadata: ["decision": "\(form["decision"] ?? "")"])
            return .seeOther(Address.conflict(id) + "?said=\(answer.takesMendingBack ? "unmended" : "undone")")
        } catch let error as HubError where [.decisionSuperseded, .undoForbidden, .notFound, .conflictGone].contains(error.code) {
            return try await conflictPage(call, id, problem: error)
        }
    }

    // MARK: many at once

    /// Looks first, with the button that does it; `step=apply` does it, and tells what was decided and what was left, and why.
    private func bulk(_ call: HubCall) async throws -> Reply {
        let form = FormBody(call.body)
        let given = form["rule"] ?? ""
        let site = given.hasPrefix("site:") ? String(given.dropFirst("site:".count)) : nil
        guard let rule = site == nil ? BulkResolution.Rule(rawValue: given) : .site else {
            throw HubError(.badRequest, "There is no rule \(given).", remedy: "Go back and choose one.")
        }
        let ids = form.all("id")
        guard !ids.isEmpty || form["kind"] != nil else {
            throw HubError(.badRequest, "No conflict was selected.", remedy: "Go back and select some.")
        }
        var filter = Self.filter { form[$0] }
        filter.ids = ids.isEmpty ? nil : ids
        let isDryRun = form["step"] != "apply"
        if !isDryRun { filter.seen = Dictionary(zip(ids, form.all("seen")), uniquingKeysWith: { first, _ in first }) }
        let answer = try await hub.resolveAll(
            BulkResolution(
                filter: filter, rule: rule, site: site, author: call.principal?.name ?? "", note: form["note"], isDryRun: isDryRun),
            now: call.now)
        if !isDryRun {
            call.logger.notice(
                "conflicts decided by rule", metadata: ["decided": "\(answer.decided.count)", "left": "\(answer.left.count)"])
        }
        // What was shown is what will be decided, and nothing that comes between the look and the deed.
        var fields = [(name: "rule", value: given)]
        for one in answer.decided { fields += [(name: "id", value: one.conflict), (name: "seen", value: one.seen)] }
        await noteConflicts(answer.decided.compactMap(\.shown) + answer.left.compactMap(\.shown), call)
        var visitor = try await visitor(call)
        // Where another language leads back to: a form's own address cannot be asked for.
        visitor.path = "/conflicts"
        let page = console.bulk(answer, rule: site == nil ? given : "site-chosen", fields: fields, back: "/conflicts", for: visitor)
        return .page(page)
    }

    // MARK: what was decided

    private static let decidedShown = 100

    /// The latest decisions of everybody; what each was about may be a person's.
    private func decidedPage(_ call: HubCall) async throws -> Reply {
        let after = FormBody(queryOf: call)["after"]
        let (decisions, undoing) = try await hub.decisionPage(after: after, limit: Self.decidedShown, now: call.now)
        await noteDecisions(decisions.entries, call)
        let page = DecisionPage(decisions: decisions, undoing: undoing, isLater: after != nil)
        return .page(console.decided(page, for: try await visitor(call)))
    }
}

extension DecisionAnswer {
    /// Of an undo: the change stays taken in, only what was given for its fields goes.
    var takesMendingBack: Bool { about?.fields != nil }
}
