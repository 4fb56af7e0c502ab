import GRDB

extension AgentDatabase {
    /// What the images told is in doubt or gone: every source recovers at its next look, with the hub's images alone (S15), and what was
    /// not sealed was never read.
    ///
    /// - Throws: `CaptureError` about the agent's own file.
    public func distrustImages() throws {
        try write { db in
            try db.execute(
                sql: """
                    DELETE FROM capture_batch WHERE EXISTS (SELECT 1 FROM capture_drain AS d
                        WHERE d.source = capture_batch.source AND d.number = capture_batch.drain AND d.sealed = 0)
                    """)
            try db.execute(sql: "DELETE FROM capture_drain WHERE sealed = 0")
            // No file names drain 0.
            try db.execute(
                sql: """
                    UPDATE capture_source SET sealed_drain = 0, sealed_nonce = 0, hub_was_ahead = 1, needs_sweep = 1, later_shelf = NULL,
                        staging_shelf = NULL, newest_shelf = NULL, state = CASE state WHEN 3 THEN 1 ELSE state END
                    """)
        }
    }
}
