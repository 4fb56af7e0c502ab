import Foundation

/// Which seeds a random test runs: more of them with `TRIBUTARY_SEEDS`, a single one again with `TRIBUTARY_SEED`.
enum Seeds {
    static func list(_ ordinary: Int) -> [UInt64] {
        let environment = ProcessInfo.processInfo.environment
        if let one = environment["TRIBUTARY_SEED"].flatMap({ UInt64($0) }) { return [one] }
        return Array(1...UInt64(environment["TRIBUTARY_SEEDS"].flatMap { Int($0) } ?? ordinary))
    }
}
