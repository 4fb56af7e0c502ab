import Foundation

/// Which seeds a random test runs: more of them with `TRIBUTARY_SEEDS` (`500`, or `501-1000`), a single one again with `TRIBUTARY_SEED`.
enum Seeds {
    static func list(_ ordinary: Int) -> [UInt64] {
        let environment = ProcessInfo.processInfo.environment
        if let one = environment["TRIBUTARY_SEED"].flatMap({ UInt64($0) }) { return [one] }
        let bounds = environment["TRIBUTARY_SEEDS"]?.split(separator: "-").compactMap { UInt64($0) } ?? []
        return Array((bounds.count == 2 ? bounds[0] : 1)...(bounds.last ?? UInt64(ordinary)))
    }
}
