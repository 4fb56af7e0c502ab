// What all lists that are told page by page have in common.
extension Hub {
    /// - Throws: `HubError`: `request-invalid`.
    static func checkLimit(_ limit: Int, max: Int) throws {
        guard (1...max).contains(limit) else {
            throw HubError(.badRequest, "A page has 1 to \(max) entries, not \(limit).", remedy: "Give a limit from 1 to \(max).")
        }
    }

    static let noPlace = HubError(
        .badRequest, "What the page shall come after is no place in this list.",
        remedy: "Send what came with the page before as it came, or begin anew without it.")
}
