import Causality
import HubRuntime

// Events that name no customer, found by what they bear. Kinds of identifiers: 16 a device, 32 a cookie (`Identifier.Kind`).
extension Session {
    func isHeld(_ kind: IdentifierRow.Kind, _ value: String, outside profile: RecordNumber) throws -> Bool {
        try first(
            """
            SELECT 1 FROM identifier i CROSS JOIN customer c ON c.record = i.record
            WHERE i.kind = ? AND i.value = ? AND c.profile <> ? LIMIT 1
            """,
            bind: {
                $0.bind(kind.rawValue)
                $0.bind(value)
                $0.bind(profile)
            }
        ) { _ in true } ?? false
    }

    func eachEvent(bearing token: EventToken, of profile: RecordNumber, _ body: (EventRow) throws -> Void) throws {
        let sql: StaticString =
            switch token {
            case .device:
                """
                SELECT t.* FROM event t WHERE t.device = ?1 AND NOT EXISTS (
                    SELECT 1 FROM identifier i CROSS JOIN customer c ON c.record = i.record
                    WHERE i.kind = 32 AND i.value = t.cookie AND c.profile <> ?2)
                """
            case .cookie:
                """
                SELECT t.* FROM event t WHERE t.cookie = ?1 AND NOT EXISTS (
                    SELECT 1 FROM identifier i CROSS JOIN customer c ON c.record = i.record
                    WHERE i.kind = 16 AND i.value = t.device AND c.profile <> ?2)
                """
            }
        try each(
            sql,
            bind: {
                $0.bind(token.value)
                $0.bind(profile)
            }
        ) { try body(Self.event($0)) }
    }

    func marks(
        bearing token: EventToken, of profile: RecordNumber, in range: ClosedRange<Int64>?, after: (at: Int64, life: Dot)?, limit: Int
    ) throws -> [TimelineMark] {
        try all(
            range == nil ? Self.timeless(token) : Self.timed(token),
            bind: { statement in
                statement.bind(token.value)
                statement.bindPage(range, after: after, limit: limit)
                statement.bind(profile)
            }
        ) { TimelineMark(record: $0.record(0), at: $0.optionalInt64(1)) }
    }

    private static func timed(_ token: EventToken) -> StaticString {
        switch token {
        case .device:
            """
            SELECT t.record, t.at FROM event t CROSS JOIN replica r ON r.number = t.record >> 40
            WHERE t.device = ?1 AND t.at BETWEEN ?2 AND ?3
            AND (t.at < ?4 OR r.id < ?5 OR (r.id = ?5 AND t.record & 1099511627775 < ?6))
            AND NOT EXISTS (SELECT 1 FROM identifier i CROSS JOIN customer c ON c.record = i.record
                WHERE i.kind = 32 AND i.value = t.cookie AND c.profile <> ?8)
            ORDER BY t.at DESC, r.id DESC, t.record DESC LIMIT ?7
            """
        case .cookie:
            """
            SELECT t.record, t.at FROM event t CROSS JOIN replica r ON r.number = t.record >> 40
            WHERE t.cookie = ?1 AND t.at BETWEEN ?2 AND ?3
            AND (t.at < ?4 OR r.id < ?5 OR (r.id = ?5 AND t.record & 1099511627775 < ?6))
            AND NOT EXISTS (SELECT 1 FROM identifier i CROSS JOIN customer c ON c.record = i.record
                WHERE i.kind = 16 AND i.value = t.device AND c.profile <> ?8)
            ORDER BY t.at DESC, r.id DESC, t.record DESC LIMIT ?7
            """
        }
    }

    private static func timeless(_ token: EventToken) -> StaticString {
        switch token {
        case .device:
            """
            SELECT t.record, t.at FROM event t CROSS JOIN replica r ON r.number = t.record >> 40
            WHERE t.device = ?1 AND t.at IS NULL
            AND (r.id < ?2 OR (r.id = ?2 AND t.record & 1099511627775 < ?3))
            AND NOT EXISTS (SELECT 1 FROM identifier i CROSS JOIN customer c ON c.record = i.record
                WHERE i.kind = 32 AND i.value = t.cookie AND c.profile <> ?5)
            ORDER BY r.id DESC, t.record DESC LIMIT ?4
            """
        case .cookie:
            """
            SELECT t.record, t.at FROM event t CROSS JOIN replica r ON r.number = t.record >> 40
            WHERE t.cookie = ?1 AND t.at IS NULL
            AND (r.id < ?2 OR (r.id = ?2 AND t.record & 1099511627775 < ?3))
            AND NOT EXISTS (SELECT 1 FROM identifier i CROSS JOIN customer c ON c.record = i.record
                WHERE i.kind = 16 AND i.value = t.device AND c.profile <> ?5)
            ORDER BY r.id DESC, t.record DESC LIMIT ?4
            """
        }
    }
}

extension EventToken {
    fileprivate var value: String {
        switch self {
        case .device(let value), .cookie(let value): value
        }
    }
}
