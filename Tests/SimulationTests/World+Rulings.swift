import ChangeSets
import HubRuntime
import TestSupport

/// Operators rule on open conflicts: they take a side, give a word of their own, keep or delete, or take back what a till told that was
/// restored since.
extension World {
    /// In every sixth history there is more to rule on: machines are copied and tills restored, both go on with the same customers, and the
    /// hub never goes back.
    static func hasDisputes(_ seed: UInt64) -> Bool { seed % 6 == 2 }
    static let disputing: Set<Fault> = [.decisions, .cloned, .tillRestored]

    /// What makes conflicts about customers, and ends them.
    func dispute(_ index: Int) async throws {
        switch Int.random(in: 0..<12, using: &generator) {
        case 0..<2: if allowed.contains(.cloned) { try await cloneWhenSent(index) }
        case 2..<4: if allowed.contains(.tillRestored) { try await restoreTill(index) }
        case 4..<8: try disagree(index)
        case 8: try await drain(index)
        default: if allowed.contains(.decisions) { try await settleConflict() }
        }
    }

    /// A machine and its copy have the oldest customers in common: each of them edits one, or lets it go.
    private func disagree(_ index: Int) throws {
        for site in sites where site.name == sites[index].name {
            if generator.chance(35) {
                try site.till.deleteCustomer(ofOldest: true, using: &generator)
            } else {
                try site.till.editCustomer(ofOldest: true, using: &generator)
            }
        }
    }

    /// When everything has come to agree, machines that are copies of each other disagree once more, and what is open is ruled on, one
    /// thing at a time; after each, all has to agree again.
    ///
    /// - Returns: whether anything happened.
    func ruleOnRest() async throws -> Bool {
        guard Self.hasDisputes(seed), allowed.contains(.decisions), lateRulings < Self.lateRulingsMax else { return false }
        lateRulings += 1
        if lateRulings == 1, let copied = sites.firstIndex(where: \.isCloned) {
            try disagree(copied)
            return true
        }
        let before = hub.head
        try await settleConflict()
        return hub.head != before
    }

    private static let lateRulingsMax = 6

    /// A copy is made of a machine that has sent everything, which it seldom has.
    private func cloneWhenSent(_ index: Int) async throws {
        guard !sites[index].isCloned else { return }
        for _ in 0..<2 { try sites[index].till.registerCustomer(using: &generator) }
        try await drain(index)
        for _ in 0..<40 where try !pending.isEmpty && !sites[index].agent.isSent {
            try await deliver()
            try watchHub()
        }
        try await clone(index)
    }

    /// Only where the hub never goes back. A ruling names exactly what was shown; a hub that has lost that for good waits for it for ever
    /// (S24), which is right and looks to the checkers like something that is stuck.
    func settleConflict() async throws {
        guard !allowed.contains(.hubRestored) else { return }
        let open = try await hub.conflicts(now: time).filter(canBeSettled)
        guard let conflict = open.randomElement(using: &generator) else { return }
        switch conflict.kind {
        case .concurrentWrites: try await settleField(conflict)
        case .editOfDeleted:
            let isKept = generator.chance(50)
            try await rule(
                isKept ? "edited customer kept" : "edited customer deleted", Resolution(isKept ? .keep : .delete, author: "op"), conflict)
        case .sourceRestored: try await rule("told history withdrawn", Resolution(.withdraw, author: "op"), conflict)
        default: break
        }
    }

    private func canBeSettled(_ conflict: ConflictAnswer) -> Bool {
        switch conflict.kind {
        case .concurrentWrites: conflict.about.entity == "customer" && !conflict.sides.isEmpty
        case .editOfDeleted: conflict.about.entity == "customer" && conflict.choices.contains("keep")
        case .sourceRestored: mayWithdraw(conflict.about.site)
        default: false
        }
    }

    /// Not where some file has the withdrawn sales still, or may have them again: it would tell them anew, and they would count twice. And
    /// not where the pieces are held against all the sales that were ever told, or where shelves are counted: a shop's count says nothing of
    /// what the hub took back.
    private func mayWithdraw(_ name: String?) -> Bool {
        correctsLines && !takesStock
            && sites.filter { $0.name == name }.allSatisfy { !$0.isCloned && $0.oldTill == nil && $0.oldFolder == nil && $0.oldDisk == nil }
    }

    private func settleField(_ conflict: ConflictAnswer) async throws {
        let field = FieldName(conflict.about.field ?? "")
        if CustomerWords.fields.contains(field), generator.chance(30) {
            let word = field == "phone" ? operators.phone(Int.random(in: 10...99, using: &generator)) : operators.note()
            operators.writes([word], knowing: watch.received.words)
            return try await rule("operator's own word", Resolution(.value, value: .text(word), author: "op"), conflict)
        }
        guard let side = conflict.sides.randomElement(using: &generator) else { return }
        try await rule("side taken", Resolution(.take, side: side.dot, author: "op"), conflict)
    }

    private func rule(_ what: String, _ resolution: Resolution, _ conflict: ConflictAnswer) async throws {
        var resolution = resolution
        resolution.seen = conflict.seen
        let ruling = resolution
        try await bySomebody(what) { _ = try await self.hub.resolve(conflict.id, ruling, now: self.time) }
    }
}
