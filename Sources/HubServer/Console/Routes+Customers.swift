import Causality
import Console
import Foundation
import HubRuntime
import Serving

/// The console's pages about people: looking for them, looking at one, and which records are one person.
extension HubRoutes {
    var customerRoutes: [HubRoute] {
        [
            HubRoute(.get, "/customers", .console(.viewer)) { try await customersPage($0) },
            // What is looked for is personal data: it stands in no address.
            HubRoute(.post, "/customers", .console(.viewer), bodyBytesMax: Self.formBytesMax) { try await findCustomers($0) },
            HubRoute(.get, "/customers/{id}", .console(.viewer)) { try await customerPage($0) },
            // It takes the hub a while: no address that another site's page could send somebody to.
            HubRoute(.post, "/customers/{id}/then", .console(.viewer), bodyBytesMax: Self.formBytesMax) { try await customerThen($0) },
            HubRoute(.post, "/customers/{id}/link", .console(.operator), bodyBytesMax: Self.formBytesMax) { try await decide(.link, $0) },
            HubRoute(.post, "/customers/{id}/unlink", .console(.operator), bodyBytesMax: Self.formBytesMax) {
                try await decide(.unlink, $0)
            },
            HubRoute(.post, "/customers/{id}/apart", .console(.operator), bodyBytesMax: Self.formBytesMax) { try await decide(.apart, $0) },
            HubRoute(.post, "/customers/{id}/undo", .console(.operator), bodyBytesMax: Self.formBytesMax) { try await undo($0) },
            HubRoute(.get, "/proposals", .console(.viewer)) { try await proposalsPage($0) },
            HubRoute(.post, "/proposals/decide", .console(.operator), bodyBytesMax: Self.formBytesMax) { try await decideProposal($0) },
        ]
    }

    // MARK: looking for people

    private func customersPage(_ call: HubCall) async throws -> Reply {
        try await customers(call, people: try await hub.status(now: call.now).profiles, text: nil, found: nil)
    }

    private func findCustomers(_ call: HubCall) async throws -> Reply {
        let text = CustomerText(FormBody(call.body)["q"] ?? "")
        guard !text.kinds.isEmpty else { return try await customers(call, people: nil, text: text, found: nil) }
        let found = try await hub.findCustomers(text, now: call.now)
        await hub.noteLookUp(.search, text.trail, found: found.customers.count + found.orders.count, by: call.principal, now: call.now)
        return try await customers(call, people: nil, text: text, found: found)
    }

    private func customers(_ call: HubCall, people: Int64?, text: CustomerText?, found: CustomersFound?) async throws -> Reply {
        let open = try await hub.openConflicts(now: call.now)
        return .page(
            console.customers(
                people: people, text: text, found: found, proposed: open.byKind[.proposedLink] ?? 0,
                for: try await visitor(call, open: open)))
    }

    // MARK: one of them

    private func customerPage(_ call: HubCall, problem: HubError? = nil) async throws -> Reply {
        let asked = try call.parameter("id")
        guard let document = try await hub.profile(asked, now: call.now) else {
            throw HubError(.notFound, "There is no profile \(asked).", remedy: "Look the customer up by name, e-mail, phone or order.")
        }
        let id = try JSONDecoder().decode(NamedDocument.self, from: Data(document.bytes)).id
        // A former id leads on; what was just done is still said there.
        guard id == asked || problem != nil else { return .seeOther(Self.address(ofCustomer: id, said: call.query("said"))) }
        await hub.noteLookUp(.profile, id, found: 1, by: call.principal, now: call.now)
        let before = call.query("before")
        async let timeline = hub.timeline(id, before: before, now: call.now)
        async let decisions = hub.linkDecisions(of: id, now: call.now)
        var visitor = try await visitor(call)
        // Also where a form of the page was refused: what is loaded again is the page.
        visitor.path = Self.address(ofCustomer: id, said: nil)
        let page = try console.customer(
            document, timeline: try await timeline, decisions: try await decisions, before: before, problem: problem, for: visitor)
        return .page(page, status: problem == nil ? .ok : .badRequest)
    }

    /// The person as the hub knew them at a time.
    private func customerThen(_ call: HubCall) async throws -> Reply {
        let (id, form) = (try call.parameter("id"), FormBody(call.body))
        var visitor = try await visitor(call)
        visitor.path = Self.address(ofCustomer: id, said: nil)
        do {
            let time = try PastMoment.read(date: form["date"], time: form["time"], zone: visitor.zone, now: call.now)
            guard let then = try await hub.profile(id, asOf: time) else {
                throw HubError(
                    .notFound, "Nobody was known as \(id) then.",
                    remedy: "Give a later time: a profile begins when the first of its records arrives.")
            }
            await hub.noteLookUp(.profile, id, found: 1, by: call.principal, now: call.now)
            let now = try await hub.profile(id, now: call.now)
            return .page(try console.customerThen(then, now: now, at: time.milliseconds, for: visitor))
        } catch let error as HubError where Self.isToldOnPage(error) || error.code == .busy {
            return try await customerPage(call, problem: error)
        }
    }

    private struct NamedDocument: Decodable { let id: String }

    private static func address(ofCustomer id: String, said: String?) -> String {
        let address = "/customers/" + Address.encoded(id).replacing("%2D", with: "-")
        return address + (said.map { "?said=" + Address.encoded($0).replacing("%2D", with: "-") } ?? "")
    }

    private enum Verdict: String { case link, unlink, apart }

    private func decide(_ verdict: Verdict, _ call: HubCall) async throws -> Reply {
        try await decide(verdict.rawValue, call) { id, form, author in
            guard let record = form["record"] else { throw Self.nothingNamed }
            let question = LinkQuestion(id: id, records: [record], author: author, note: form["note"])
            return switch verdict {
            case .link: try await hub.link(question, now: call.now).decision
            case .unlink: try await hub.unlink(question, now: call.now).decision
            case .apart: try await hub.keepApart(question, now: call.now).decision
            }
        }
    }

    private func undo(_ call: HubCall) async throws -> Reply {
        try await decide("undo", call) { _, form, author in
            guard let decision = form["decision"] else { throw Self.nothingNamed }
            return try await hub.undo(decision, author: author, note: form["note"], role: call.principal?.role ?? .viewer, now: call.now)
        }
    }

    /// Does what a form of a person's page asks for, and leads back to the page; what was refused is told there.
    private func decide(
        _ verdict: String, _ call: HubCall, _ decided: (_ id: String, _ form: FormBody, _ author: String) async throws -> DecisionAnswer
    ) async throws -> Reply {
        let id = try call.parameter("id")
        do {
            let decision = try await decided(id, FormBody(call.body), call.principal?.name ?? "")
            call.logger.notice("customers decided", metadata: ["verdict": "\(verdict)", "decision": "\(decision.id)"])
            return .seeOther(Self.address(ofCustomer: id, said: "customer-\(verdict)"))
        } catch let error as HubError where Self.isToldOnPage(error) {
            return try await customerPage(call, problem: error)
        }
    }

    private static let nothingNamed = HubError(
        .badRequest, "The form names nobody.", remedy: "Give the id of the other profile: it stands above its page's name.")

    /// What a person can mend by filling the form in otherwise.
    private static func isToldOnPage(_ error: HubError) -> Bool {
        [.notFound, .choiceInvalid, .badRequest, .decisionSuperseded].contains(error.code)
    }

    // MARK: who may be one person

    private func proposalsPage(_ call: HubCall) async throws -> Reply {
        let asked = FormBody(queryOf: call)
        return try await proposals(call, above: asked["above"], after: asked["after"], problem: nil)
    }

    private func proposals(_ call: HubCall, above: String?, after: String?, problem: HubError?) async throws -> Reply {
        let part = Console.ProposalsPart(above: above.flatMap(Double.init), after: after)
        let found = try await hub.proposals(
            above: part.above, after: part.after, limit: Console.ProposalsPart.pairs, now: call.now)
        // Each pair shows what is known of two people.
        await noteProposals(found.count, call)
        var visitor = try await visitor(call)
        visitor.path = "/proposals"
        let page = console.proposals(found, part: part, problem: problem, for: visitor)
        return .page(page, status: problem == nil ? .ok : .badRequest)
    }

    private func decideProposal(_ call: HubCall) async throws -> Reply {
        let form = FormBody(call.body)
        do {
            guard let lower = form["lower"], let higher = form["higher"], let verdict = form["do"], ["same", "apart"].contains(verdict)
            else {
                throw HubError(.badRequest, "The form names no pair, or says nothing about it.", remedy: "Load the page again.")
            }
            let question = LinkQuestion(id: lower, records: [higher], author: call.principal?.name ?? "", note: form["note"])
            let isSame = verdict == "same"
            let answer = isSame ? try await hub.link(question, now: call.now) : try await hub.keepApart(question, now: call.now)
            call.logger.notice("proposal decided", metadata: ["verdict": "\(verdict)", "decision": "\(answer.decision.id)"])
            let part = Console.ProposalsPart(above: form["above"].flatMap(Double.init), after: form["after"])
            return .seeOther("\(part.address)&said=proposal-\(verdict)")
        } catch let error as HubError where Self.isToldOnPage(error) {
            return try await proposals(call, above: form["above"], after: form["after"], problem: error)
        }
    }
}
