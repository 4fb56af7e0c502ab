import Causality
import ChangeSets
import Synchronization

/// The nonces of the last requests that read something, so that one overheard on a plain line cannot be asked again.
///
/// A push needs no such memory: the same bytes twice have one effect and the same receipt, and libcurl itself may
/// send a POST twice. The memory is bounded and starts empty; TLS is what keeps others from listening.
final class SeenNonces: Sendable {
    static let noncesMax = 65_536

    private struct State {
        var known: Set<[UInt8]> = []
        var order: [[UInt8]] = []
        var oldest = 0
    }

    private let state = Mutex(State())

    /// Whether `nonce` is new from `key`; from then on it is not.
    func admit(_ nonce: [UInt8], of key: VerifyingKey) -> Bool {
        let entry = key.bytes.prefix(8) + nonce
        return state.withLock { state in
            guard state.known.insert(Array(entry)).inserted else { return false }
            if state.order.count < Self.noncesMax {
                state.order.append(Array(entry))
            } else {
                state.known.remove(state.order[state.oldest])
                state.order[state.oldest] = Array(entry)
                state.oldest = (state.oldest + 1) % Self.noncesMax
            }
            return true
        }
    }
}
