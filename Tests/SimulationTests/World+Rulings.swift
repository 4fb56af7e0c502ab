import ChangeSets
import HubRuntime
import TestSupport

/// Operators rule on open conflicts: they take a side, give a word of their own, keep or delete, or take back what a till told that was
/// restored since.
extension World {
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
