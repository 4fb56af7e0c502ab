import Causality
import ChangeSets

extension Hub {
    /// Alike look-ups of one person within so long are one line of the trail, with how often.
    static let lookUpMillisecondsTogether: UInt64 = 60_000
    public static let lookUpsMax = 200

    /// Writes down that somebody looked somebody up, before that one sees it.
    ///
    /// Where the store cannot write, the hub's log has it: a customer at the till is not sent away because a disk is full.
    public func noteLookUp(_ what: LookUpRow.What, _ subject: String, found: Int, by principal: Principal?, now: Timestamp) async {
        let row = LookUpRow(at: now, who: principal?.name ?? Self.folderName, what: what, subject: subject, found: found)
        let since = Timestamp(milliseconds: now.milliseconds - min(now.milliseconds, Self.lookUpMillisecondsTogether))
        do {
            try await queue.submit(bytes: 256, to: self) { store, _, _ in
                if try !store.count(row, since: since) { try store.insert(row) }
            }
        } catch {
            logger.error(
                "a look-up could not be written to the trail: \(error)",
                metadata: ["who": "\(row.who)", "what": "\(row.what.rawValue)", "subject": "\(row.subject)", "found": "\(row.found)"])
        }
    }

    /// Who looked whom up, the newest first.
    ///
    /// - Parameters:
    ///   - time: only what is older; the time of the last one shown gives the next page.
    ///   - who: only of that person or token.
    public func lookUps(before time: Timestamp? = nil, of who: String? = nil, limit: Int = Hub.lookUpsMax) async throws -> [LookUpAnswer] {
        try await store.read { store in
            try store.lookUps(before: time, of: who, limit: min(max(limit, 1), Self.lookUpsMax)).map { row in
                LookUpAnswer(
                    time: row.at.milliseconds, who: row.who, what: row.what, subject: row.subject, found: row.found, times: row.times)
            }
        }
    }

    /// Forgets look-ups that are older.
    public func forgetLookUps(before time: Timestamp) async throws {
        try await queue.submit(bytes: 64, to: self) { store, _, _ in try store.deleteLookUps(before: time) }
    }

    /// Who asks with the secret of the hub's own folder, in a list.
    static let folderName = "hub.secret"
}

public struct LookUpAnswer: Encodable, Hashable, Sendable {
    public var time: UInt64
    public var who: String
    public var what: LookUpRow.What
    public var subject: String
    public var found: Int
    /// How often within a minute or so: somebody who types asks with every letter.
    public var times: Int
}
