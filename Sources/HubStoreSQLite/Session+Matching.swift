import HubRuntime

// What matching keeps.
extension Session {
    /// Bits are kept as whole thousandths.
    private static let bitsUnit = 1_000.0

    func unmatched(limit: Int) throws -> [(record: RecordNumber, number: UInt64)] {
        try all("SELECT record, number FROM unmatched ORDER BY record LIMIT ?", bind: { $0.bind(Int64(limit)) }) {
            (record: $0.record(0), number: $0.uint64(1))
        }
    }

    func unmatchedCount() throws -> Int {
        try first("SELECT count(*) FROM unmatched", bind: { _ in }) { Int($0.int64(0)) } ?? 0
    }

    func matchedCount() throws -> Int {
        try first("SELECT count(*) FROM matched", bind: { _ in }) { Int($0.int64(0)) } ?? 0
    }

    func matchedTraits(_ record: RecordNumber) throws -> [UInt8]? {
        try first("SELECT traits FROM matched WHERE record = ?", bind: { $0.bind(record) }) { $0.bytes(0) }
    }

    func block(_ key: UInt64, limit: Int) throws -> [RecordNumber] {
        try all(
            "SELECT record FROM block WHERE key = ? ORDER BY record LIMIT ?",
            bind: {
                $0.bind(Int64(bitPattern: key))
                $0.bind(Int64(limit))
            }
        ) { $0.record(0) }
    }

    private static func proposal(_ row: RawStatement) -> ProposalRow {
        ProposalRow(lower: row.record(0), higher: row.record(1), bits: Double(row.int64(2)) / bitsUnit)
    }

    func proposals(bitsMin: Double, after place: ProposalRow?, limit: Int) throws -> [ProposalRow] {
        try all(
            """
            SELECT p.lower, p.higher, p.bits FROM proposal p
            CROSS JOIN customer l ON l.record = p.lower CROSS JOIN customer h ON h.record = p.higher
            WHERE p.bits >= ?1 AND p.bits <= ?2 AND (p.bits < ?2 OR (p.lower, p.higher) > (?3, ?4)) AND l.profile <> h.profile
            ORDER BY p.bits DESC, p.lower, p.higher LIMIT ?5
            """,
            bind: {
                $0.bind(Int64(bitsMin * Self.bitsUnit))
                $0.bind(place.map { Self.units($0.bits) } ?? .max)
                $0.bind(place?.lower.raw ?? -1)
                $0.bind(place?.higher.raw ?? -1)
                $0.bind(Int64(limit))
            }, Self.proposal)
    }

    func proposal(_ lower: RecordNumber, _ higher: RecordNumber, bitsMin: Double) throws -> ProposalRow? {
        try first(
            """
            SELECT p.lower, p.higher, p.bits FROM proposal p
            CROSS JOIN customer l ON l.record = p.lower CROSS JOIN customer h ON h.record = p.higher
            WHERE p.lower = ? AND p.higher = ? AND p.bits >= ? AND l.profile <> h.profile
            """,
            bind: {
                $0.bind(lower)
                $0.bind(higher)
                $0.bind(Int64(bitsMin * Self.bitsUnit))
            }, Self.proposal)
    }

    private static func units(_ bits: Double) -> Int64 { Int64((bits * bitsUnit).rounded()) }

    func openProposalCount(bitsMin: Double, after place: ProposalRow?) throws -> Int {
        try first(
            """
            SELECT count(*) FROM proposal p
            CROSS JOIN customer l ON l.record = p.lower CROSS JOIN customer h ON h.record = p.higher
            WHERE p.bits >= ?1 AND p.bits <= ?2 AND (p.bits < ?2 OR (p.lower, p.higher) > (?3, ?4)) AND l.profile <> h.profile
            AND NOT EXISTS (SELECT 1 FROM link_decision d WHERE d.lower = p.lower AND d.higher = p.higher AND d.same = 0)
            AND NOT EXISTS (SELECT 1 FROM link_decision d WHERE d.lower = p.higher AND d.higher = p.lower AND d.same = 0)
            """,
            bind: {
                $0.bind(Int64(bitsMin * Self.bitsUnit))
                $0.bind(place.map { Self.units($0.bits) } ?? .max)
                $0.bind(place?.lower.raw ?? -1)
                $0.bind(place?.higher.raw ?? -1)
            }
        ) { Int($0.int64(0)) } ?? 0
    }

    func proposalCount(bitsMin: Double) throws -> Int {
        try first("SELECT count(*) FROM proposal WHERE bits >= ?", bind: { $0.bind(Int64(bitsMin * Self.bitsUnit)) }) { Int($0.int64(0)) }
            ?? 0
    }

    func markUnmatched(_ record: RecordNumber, number: UInt64) throws {
        try run("INSERT OR REPLACE INTO unmatched VALUES (?, ?)") {
            $0.bind(record)
            $0.bind(number)
        }
    }

    func unmarkUnmatched(_ record: RecordNumber, through number: UInt64) throws {
        try run("DELETE FROM unmatched WHERE record = ? AND number <= ?") {
            $0.bind(record)
            $0.bind(number)
        }
    }

    func unmarkUnmatched(through number: UInt64) throws {
        try run("DELETE FROM unmatched WHERE number <= ?") { $0.bind(number) }
    }

    func setMatchedTraits(_ record: RecordNumber, _ traits: [UInt8]?) throws {
        guard let traits else { return try run("DELETE FROM matched WHERE record = ?") { $0.bind(record) } }
        try run("INSERT OR REPLACE INTO matched VALUES (?, ?)") {
            $0.bind(record)
            $0.bind(traits)
        }
    }

    func insertBlock(_ key: UInt64, _ record: RecordNumber) throws {
        try run("INSERT OR IGNORE INTO block VALUES (?, ?)") {
            $0.bind(Int64(bitPattern: key))
            $0.bind(record)
        }
    }

    func deleteBlock(_ key: UInt64, _ record: RecordNumber) throws {
        try run("DELETE FROM block WHERE key = ? AND record = ?") {
            $0.bind(Int64(bitPattern: key))
            $0.bind(record)
        }
    }

    func put(_ proposal: ProposalRow) throws {
        try run("INSERT OR REPLACE INTO proposal VALUES (?, ?, ?)") {
            $0.bind(proposal.lower)
            $0.bind(proposal.higher)
            $0.bind(Self.units(proposal.bits))
        }
    }

    func deleteProposals(about record: RecordNumber) throws {
        try run("DELETE FROM proposal WHERE lower = ?1 OR higher = ?1") { $0.bind(record) }
    }

    func deleteProposal(_ lower: RecordNumber, _ higher: RecordNumber) throws {
        try run("DELETE FROM proposal WHERE lower = ? AND higher = ?") {
            $0.bind(lower)
            $0.bind(higher)
        }
    }

    func clearMatching() throws {
        // Whoever is not written again, since the hub was stopped halfway, is looked at anew.
        for sql in [
            "DELETE FROM matched", "DELETE FROM block", "DELETE FROM proposal",
            "INSERT OR IGNORE INTO unmatched SELECT record, 0 FROM customer",
        ] as [StaticString] { try run(sql) { _ in } }
    }
}
