/// What stands for a trace: two runs of the same seeds by the same code give the same, in whichever process and on whichever machine.
///
/// 64 bits (FNV-1a, G. Fowler and others): against chance, not against malice.
struct TraceDigest: Hashable, CustomStringConvertible {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    init() {}

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }

    /// - Parameter trace: line by line.
    init(of trace: [String]) {
        for line in trace {
            add(line.utf8)
            add([0x0A])
        }
    }

    /// Of many seeds, in whichever order they ran.
    init(of digests: [UInt64: TraceDigest]) {
        for (seed, digest) in digests.sorted(by: { $0.key < $1.key }) { add("\(seed) \(digest)\n".utf8) }
    }

    /// 16 hexadecimal digits.
    var description: String {
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
