/// How one piece of a group's transaction is kept from harming the others when it fails.
///
/// Inside a savepoint SQLite copies every page before its first change, which costs a large change-set a
/// third of its time, and hardly any ever fails. So large pushes run bare at first; when one fails after all,
/// the whole group is undone and runs again with savepoints.
enum Isolation {
    case bare
    case savepoints

    /// Smaller jobs always get their savepoint: it costs them nothing, and their refusals disturb no group.
    static let bareBytesMin = 16 << 10

    /// Ends a bare group: something in it failed and must be undone alone.
    struct NeedsSavepoints: Error {}

    /// Runs `body` so that nothing of it stays when it throws.
    ///
    /// - Throws: what `body` throws; `NeedsSavepoints` in place of it where only the whole group can be undone.
    func alone<Result>(in store: any HubWriting, _ body: () throws -> Result) throws -> Result {
        switch self {
        case .savepoints: return try store.savepoint(body)
        case .bare:
            do { return try body() } catch let error as HubError where error.isTransient { throw error } catch { throw NeedsSavepoints() }
        }
    }
}
