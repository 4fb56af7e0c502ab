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
                // Deeds stand in their order, each by itself.
                if try what.isDeed || !store.count(row, since: since) { try store.insert(row) }
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
    ///   - place: `next` of the page before.
    ///   - time: only what is older, where no place is given.
    ///   - who: only of that person or token.
    /// - Throws: `HubError`: `request-invalid` for a limit that is not 1 to `lookUpsMax`, or a place that is none.
    public func lookUps(
        after place: String? = nil, before time: Timestamp? = nil, of who: String? = nil, limit: Int = Hub.lookUpsMax
    ) async throws -> ListPage<LookUpAnswer> {
        try Self.checkLimit(limit, max: Self.lookUpsMax)
        let after = try Self.place(place) { LookUpRow.Place($0) } ?? time.map { LookUpRow.Place(at: $0, number: 0) }
        return try await store.read { store in
            ListPage(try store.lookUps(after: after, of: who, limit: limit + 1), limit: limit, next: \.place.text) { row in
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

extension LookUpRow {
    fileprivate var place: Place { Place(at: at, number: number) }
}

extension LookUpRow.Place {
    fileprivate init?(_ text: String) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 2, let at = UInt64(parts[0]), let number = Int64(parts[1]) else { return nil }
        self.init(at: Timestamp(milliseconds: at), number: number)
    }

    fileprivate var text: String { "\(at.milliseconds)_\(number)" }
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
