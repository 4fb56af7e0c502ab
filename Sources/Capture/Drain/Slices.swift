import GRDB
import Mutants

/// The read transaction of a drain, cut into slices where it would keep the application waiting (S18).
///
/// In rollback-journal mode a reader holds up the application's commit; in WAL mode a long one holds back
/// the reset of the WAL. No statement may be half way through its rows when a slice ends.
final class Slices {
    private let db: Database
    private let limit: Duration
    private let rowsMax: Int?
    private let reached: (Checkpoint) throws -> Void
    private let clock = ContinuousClock()
    private var began: ContinuousClock.Instant
    private var rows = 0

    init(_ db: Database, milliseconds: Int, rowsMax: Int?, reached: @escaping (Checkpoint) throws -> Void) {
        self.db = db
        limit = .milliseconds(milliseconds)
        self.rowsMax = rowsMax
        self.reached = reached
        began = clock.now
    }

    func begin() throws {
        guard !db.isInsideTransaction else { return }
        try db.beginTransaction(.deferred)
        began = clock.now
        rows = 0
    }

    func end() throws {
        if db.isInsideTransaction { try db.commit() }
    }

    /// Call after every row: lets the application in when the slice is used up.
    func pause(after count: Int = 1) throws {
        rows += count
        if Mutant.readsInOneGo.isOn { return }
        guard rowsMax.map({ rows >= $0 }) ?? (began.duration(to: clock.now) >= limit) else { return }
        try end()
        try reached(.sliceRead)
        try begin()
    }
}
