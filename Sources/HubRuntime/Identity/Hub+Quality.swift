import Causality
import ChangeSets
import Foundation
import Profiles

// A look through all customers' records and articles takes seconds for a hundred thousand and minutes for millions. So it is done once a
// day and when somebody asks for it, once at a time, and its report is kept.
extension Hub {
    /// A value written within so many days is fresh.
    static let freshDays = 365
    /// Two years and some weeks: a spring is compared with the one before. Of two thousand sites these are 1.6 million rows of
    /// each entity that they all have, some 120 MB.
    static let qualityKeptMilliseconds: UInt64 = 800 * 86_400_000

    /// How good the records of each site are, customers and articles, field by field, looked through now. It holds no value; nothing is
    /// changed.
    ///
    /// Who asks while that is under way for somebody else gets the same report, which says of when it is.
    public func quality(now: Timestamp) async throws -> JSONAnswer { try await look(now: now).value }

    /// The same of one entity's records.
    public func quality(of entity: QualityEntity, now: Timestamp) async throws -> JSONAnswer {
        let bytes = try await quality(now: now).bytes
        guard var report = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any],
            let rows = report["rows"] as? [[String: Any]]
        else { return JSONAnswer(bytes: bytes) }
        report["rows"] = rows.filter { $0["entity"] as? String == entity.rawValue }
        return JSONAnswer(bytes: Array(try JSONSerialization.data(withJSONObject: report, options: .sortedKeys)))
    }

    /// Begins to look through all customers' records and articles, unless that is under way; its result is found in `qualityStanding`.
    ///
    /// - Throws: `hub-stopping`.
    public func beginQuality(now: Timestamp) throws { _ = try look(now: now) }

    /// The last report, of this run of the hub or of an earlier one.
    public func qualityStanding() async throws -> QualityStanding {
        let standing = qualityDesk.standing
        guard standing.report == nil, let bytes = try await store.read({ try $0.meta(.quality) }) else { return standing }
        qualityDesk.remember(JSONAnswer(bytes: bytes))
        return qualityDesk.standing
    }

    /// Whether there are customers or articles, and today they were not looked through yet.
    public func isQualityDue(now: Timestamp) async throws -> Bool {
        let standing = try await qualityStanding()
        guard standing.since == nil else { return false }
        // A report of another form is none.
        if let report = standing.report.flatMap({ try? JSONDecoder().decode(Outline.self, from: Data($0.bytes)) }),
            QualityDay.day(report.now) == QualityDay.day(now.milliseconds), !report.rows.isEmpty
        {
            return false
        }
        return try await store.read { store in
            // Of the articles, those that bear an SKU: others are not found by themselves.
            try !store.customers(after: RecordNumber(raw: .min), limit: 1).isEmpty || store.rows(of: .item).next() != nil
        }
    }

    /// By time, then by field.
    ///
    /// - Parameter site: whose records; `nil`: all sites' together, which are kept since before those of each were.
    /// - Throws: `site-unknown`.
    public func qualityDays(
        of site: String? = nil, _ entity: QualityEntity = .customer, since time: Timestamp
    ) async throws -> [QualityDay] {
        let day = QualityDay.day(time.milliseconds)
        return try await store.read { store in
            guard let site else { return try store.qualityDays(of: entity, since: day) }
            let row = try Self.site(site, store)
            return try store.qualitySiteDays(of: row.number, entity, since: day).flatMap { try $0.days(of: row.name) }
        }
    }

    private struct Outline: Decodable {
        struct Row: Decodable { var entity: String }
        var now: UInt64
        var rows: [Row]
    }

    private func look(now: Timestamp) throws -> Task<JSONAnswer, any Error> {
        try qualityDesk.begin(now: now) { [self] in
            do {
                let report = try await lookThrough(now: now)
                let answer = JSONAnswer(bytes: report.json())
                await keep(report, answer)
                return answer
            } catch {
                logger.warning("the records could not be looked through", metadata: ["error": "\(error)"])
                throw error
            }
        }
    }

    private func lookThrough(now: Timestamp) async throws -> QualityReport {
        try await reading(now) { [qualityDesk] documents in
            var countries: [Text: Text] = [:]
            for site in documents.sites { countries[Text(site.name)] = site.country }
            var tally = QualityTally(now: now, freshDays: Self.freshDays, countries: countries)
            func add(_ record: RecordNumber) throws {
                guard let state = try documents.state(record) else { return }
                let values = state.fieldNames.flatMap { field in
                    state.siblings(of: field).writes.compactMap { write in
                        write.content.value.typed.map { QualityRecord.Value(field: field, text: $0, written: write.precedence.time) }
                    }
                }
                tally.add(QualityRecord(site: documents.site(state.id.source) ?? "?", id: state.id, values: values))
            }
            func goOn() throws { if qualityDesk.isStopped { throw QualityDesk.stopping } }
            try documents.store.eachCustomer { customer in
                try goOn()
                try add(customer.record)
            }
            // No table has every article. Keys are soon read; states, of articles alone.
            for source in documents.standing.sources {
                try documents.store.eachLiveRecord(of: source.number) { _, record, key in
                    try goOn()
                    var reader = ByteReader(key)
                    if try reader.entity() == "item" { try add(record) }
                }
            }
            return tally.report()
        }
    }

    /// What cannot be kept is answered all the same: after a restart the report before it is found.
    private func keep(_ report: QualityReport, _ answer: JSONAnswer) async {
        do {
            try await queue.submit(bytes: answer.bytes.count, to: self) { store, _, _ in
                try store.set(.quality, answer.bytes)
                guard !report.rows.isEmpty else { return }
                for day in QualityDay.all(of: report) { try store.put(day) }
                for day in QualitySiteDay.all(of: report, sites: try store.sites()) { try store.put(day) }
                let at = report.now.milliseconds
                let first = QualityDay.day(at - min(at, Self.qualityKeptMilliseconds))
                try store.deleteQualityDays(before: first)
                try store.deleteQualitySiteDays(before: first)
            }
        } catch {
            logger.warning("a report of the data's quality could not be kept", metadata: ["error": "\(error)"])
        }
    }
}
