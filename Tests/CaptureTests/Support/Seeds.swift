import Foundation

/// How many seeds a random test runs: more with `TRIBUTARY_SEEDS`.
enum Seeds {
    static func count(_ ordinary: Int) -> Int { ProcessInfo.processInfo.environment["TRIBUTARY_SEEDS"].flatMap { Int($0) } ?? ordinary }
}
