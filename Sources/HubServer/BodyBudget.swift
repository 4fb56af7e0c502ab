import ChangeSets
import Mutants
import Synchronization

/// How many bytes of request bodies the hub holds at once, whoever sends them.
///
/// Room is taken before a body is read and given back when it is answered, so that a hundred agents that come back at the same time
/// cannot take the machine's memory: some of them are asked to come again in a second. No caller takes it all: a body is read before
/// its signature can be checked.
final class BodyBudget: Sendable {
    /// Of one agent, which sends one body at a time, and likewise of all who have yet to prove who they are.
    static let callerBytesMax = HubRoutes.pushBytesMax

    enum Caller: Hashable {
        /// Who says that the body is signed with that key, of an agent that the hub knows.
        case agent(VerifyingKey)
        /// Who enrols, or signs in.
        case unproved
        /// A person with a secret, or a session.
        case proved
    }

    let bytesMax: Int
    private let taken = Mutex(Taken())

    private struct Taken {
        var all = 0
        var byCaller: [Caller: Int] = [:]
    }

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    /// - Throws: `hub-busy`.
    func take(_ bytes: Int, of caller: Caller) throws(HubServerError) {
        let fits = taken.withLock { taken in
            let own = taken.byCaller[caller] ?? 0
            let hasRoom = taken.all + bytes <= bytesMax && (caller == .proved || own + bytes <= Self.callerBytesMax)
            guard hasRoom || Mutant.holdsAnyBodies.isOn else { return false }
            taken.all += bytes
            if bytes > 0 { taken.byCaller[caller] = own + bytes }
            return true
        }
        guard fits else {
            throw HubServerError(
                .busy, "The hub is taking in as much as it has room for.", remedy: "Send again in a second; nothing is lost.")
        }
    }

    func giveBack(_ bytes: Int, of caller: Caller) {
        taken.withLock { taken in
            taken.all -= bytes
            guard let own = taken.byCaller[caller] else { return }
            taken.byCaller[caller] = own > bytes ? own - bytes : nil
        }
    }
}
