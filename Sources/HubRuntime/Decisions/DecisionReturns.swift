import ChangeSets
import Synchronization

/// Which sites bring decisions of a former generation that the hub cannot take, and why (S24).
///
/// In memory alone: as long as it is so they try again, and it is said again.
final class DecisionReturns: Sendable {
    private let troubles = Mutex<[String: String]>([:])

    func note(_ answer: Answer, from site: String) {
        let trouble: String? =
            switch answer {
            case .refusal(let refusal): refusal.message
            case .fork: "The hub has decided something else under the same numbers since."
            case .gap(let receipt):
                "Those before number \(receipt.last + 1) of generation \(receipt.replica.short) are missing; another site may bring them."
            case .receipt, .page, .images: nil
            }
        troubles.withLock { $0[site] = trouble }
    }

    var warnings: [String] {
        let troubles = troubles.withLock { $0 }
        return Set(troubles.values).sorted().map { trouble in
            let sites = troubles.filter { $0.value == trouble }.keys.sorted()
            let names = sites.prefix(SiteHealth.namesMax).joined(separator: ", ") + (sites.count > SiteHealth.namesMax ? ", …" : "")
            return "Decisions that sites kept for the hub cannot be taken back from \(names). \(trouble)"
        }
    }
}
