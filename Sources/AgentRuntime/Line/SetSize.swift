import ChangeSets
import CurlClient

/// How many changes a set holds at most: the hub asks for what it commits in a moment, so that no other site waits for a backlog.
///
/// The header that says so is not signed. Whoever alters it makes sets smaller or larger between these bounds, and nothing else.
enum SetSize {
    /// Before a hub has said anything, or where an earlier version says nothing.
    static let changesAtFirst = 1_000
    static let changesMin = 100
    static let header = "tributary-set-changes"

    static func asked(by response: HTTPResponse) -> Int? {
        response.header(header).flatMap { Int($0) }.map { max(changesMin, min($0, Limits.changesMax)) }
    }
}
