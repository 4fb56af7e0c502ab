/// What waits for commits besides agents.
extension Hub {
    /// Returns true as soon as something is committed beyond a number of the line, and false when the task is cancelled or the hub stops.
    public func waitForCommit(beyond number: UInt64) async -> Bool { await commits.wait(beyond: number) }
}
