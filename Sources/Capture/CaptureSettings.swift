import Oddities

/// The bounds of capture. The defaults are what the documentation promises; tests lower them.
public struct CaptureSettings: Sendable {
    /// How long a lock of the application is waited for.
    public var busyTimeoutSeconds = 5.0
    /// Looked at while a lock is waited for: the program is to end.
    public var isStopping: @Sendable () -> Bool = { false }
    /// A drain up to this size is one group; a larger one is cut in parts (S20).
    public var changesPerPartMax = 10_000
    /// Baselines are always cut in parts, small ones, so that nobody holds many changes in memory.
    public var changesPerBaselinePartMax = 2_500
    /// Captured log rows that one mark deletes.
    public var logRowsPerTrimMax = 10_000
    /// Trims that one drain commits after its mark, so that a large log shrinks without another drain.
    public var trimsPerDrainMax = 20
    /// Texts and blobs of the rows that are read, and of the changes that are written, at once.
    public var bytesPerReadMax = 4 << 20
    /// Texts and blobs of one part of a drain: far less than a change-set takes, so that each part fits one.
    public var bytesPerPartMax = 8 << 20
    /// Log rows held in memory at once.
    public var logRowsPerReadMax = 2_000
    /// Rows that a sweep reads at once.
    public var rowsPerReadMax = 500
    /// Rows looked at in one transaction of the agent's file.
    public var rowsPerPieceMax = 20_000
    /// How long one read may keep a file in rollback-journal mode locked (S18).
    public var sliceMilliseconds = 5
    /// How long one read may hold back the reset of a WAL.
    public var walSliceMilliseconds = 250
    /// Rounds after which a drain closes although the application keeps writing (S18).
    public var roundsMax = 10
    /// Children of one parent row that are read one by one; more make it a sweep of their table.
    public var childrenPerParentMax = 10_000
    /// Rows after which a slice ends whatever the time; `nil`: time alone decides.
    public var rowsPerSliceMax: Int?
    /// Told of every step; what it throws ends the drain there, as a kill would.
    public var reached: @Sendable (Checkpoint) throws -> Void = { KillPoints.pass($0.rawValue) }

    public init() {}
}
