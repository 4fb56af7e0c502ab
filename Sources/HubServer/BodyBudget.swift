import Mutants
import Synchronization

/// How many bytes of request bodies the hub holds at once, whoever sends them.
///
/// Room is taken before a body is read and given back when its answer is written, so that a hundred agents that
/// come back at the same time cannot take the machine's memory: some of them are asked to come again in a second.
final class BodyBudget: Sendable {
    let bytesMax: Int
    private let taken = Mutex(0)

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    func take(_ bytes: Int) throws(HubServerError) {
        let fits = taken.withLock { taken in
            guard taken + bytes <= bytesMax || Mutant.holdsAnyBodies.isOn else { return false }
            taken += bytes
            return true
        }
        guard fits else {
            throw HubServerError(
                .busy, "The hub is taking in as much as it has room for.", remedy: "Send again in a second; nothing is lost.")
        }
    }

    func giveBack(_ bytes: Int) { taken.withLock { $0 -= bytes } }
}
