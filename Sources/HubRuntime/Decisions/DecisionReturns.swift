import Causality
import ChangeSets
import Synchronization

/// Which sites bring decisions of a former generation that the hub cannot take, and why (S24).
///
/// It is said until the hub has what it could not take, from whichever site, until that site is revoked, or until the hub starts anew. An
/// agent does not bring again what was refused for good, so in memory alone nothing tells of that after a start.
final class DecisionReturns: Sendable {
    private struct Place: Hashable {
        var site: String
        /// Nobody's where what came does not even say which generation it is of.
        var generation: ReplicaID
    }

    private struct Trouble {
        var message: String
        /// The hub has what it could not take once it has the generation's counters as far as this.
        var end: UInt64
    }

    private let troubles = Mutex<[Place: Trouble]>([:])

    func note(_ answer: Answer, from site: String) {
        switch answer {
        case .refusal(let refusal): put(refusal.message, refusal.standing, from: site)
        case .fork(let receipt): put("The hub has decided something else under the same numbers since.", receipt, end: .max, from: site)
        case .gap(let receipt):
            put(
                "Those before number \(receipt.last + 1) of generation \(receipt.replica.short) are missing; another site may bring them.",
                receipt, from: site)
        case .receipt(let receipt):
            troubles.withLock { troubles in
                troubles = troubles.filter { $0.key.generation != receipt.replica || $0.value.end > receipt.last }
            }
        case .page, .images: break
        }
    }

    private func put(_ message: String, _ standing: Receipt, end: UInt64? = nil, from site: String) {
        let place = Place(site: site, generation: standing.replica)
        let trouble = Trouble(message: message, end: end ?? standing.last + 1)
        troubles.withLock { troubles in
            // What is lost for good is not forgotten for what only waits.
            if let known = troubles[place], known.end > trouble.end { return }
            troubles[place] = trouble
        }
    }

    func forget(_ site: String) {
        troubles.withLock { troubles in troubles = troubles.filter { $0.key.site != site } }
    }

    var warnings: [String] {
        let sites = troubles.withLock { troubles in
            troubles.reduce(into: [String: Set<String>]()) { $0[$1.value.message, default: []].insert($1.key.site) }
        }
        return sites.sorted { $0.key < $1.key }.map { trouble, sites in
            let names =
                sites.sorted().prefix(SiteHealth.namesMax).joined(separator: ", ") + (sites.count > SiteHealth.namesMax ? ", …" : "")
            return "Decisions that sites kept for the hub cannot be taken back from \(names). \(trouble)"
        }
    }
}
