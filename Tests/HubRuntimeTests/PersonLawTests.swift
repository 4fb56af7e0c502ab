import Causality
import ChangeSets
import Foundation
import HubTestSupport
import Merging
import Profiles
import TestSupport
import Testing

@testable import HubRuntime

@Suite("Law 4: what a profile tells is a function of the admitted changes")
struct PersonLawTests {
    @Test(
        "Measures equal a recomputation from the merged records, their sum the sum over everything; any order gives the same documents",
        arguments: 0..<6)
    func exact(seed: UInt64) async throws {
        let keys = (0..<3).map { _ in SigningKey() }
        let story = PersonStory.tell(seed: seed, keys: keys, changes: 220, now: TestHub.start)
        var told: [[String: [String]]] = []
        for variant in 0..<3 as Range<UInt64> {
            let bench = try await Law4Tests.tell(story, keys: keys, seed: seed &* 100 &+ variant)
            told.append(try await bench.people())
            guard variant == 0 else { continue }
            try await compare(bench, seed: seed)
            let verification = try await bench.hub.verify()
            #expect(verification.isEqual, "seed \(seed): \(verification.differences)")
            #expect(try await bench.hub.status(now: bench.now).staleViews == 0, "seed \(seed)")
        }
        #expect(told[1] == told[0] && told[2] == told[0], "seed \(seed)")
    }

    private func compare(_ bench: TestHub, seed: UInt64) async throws {
        try await bench.hub.reading(bench.now) { documents in
            let ledger = try PersonLedger(documents)
            var (people, events) = (0, 0)
            var gross: [Text: Int128] = [:]
            for profile in try documents.profileNumbers() {
                let members = try documents.store.customers(profile: profile).map(\.record)
                let measures = try documents.measures(of: profile, members)
                let expected = ledger.measures(of: Set(members.compactMap { documents.standing.dot(of: $0) }))
                #expect(measures == expected, "seed \(seed)")
                let pager = TimelinePager(
                    documents: documents, members: members, tokens: try ProfileTokens(of: profile, members, documents),
                    times: CredibleTimes(now: documents.now))
                #expect(try pager.marks([.events], after: nil, limit: 1_000).count == measures.events, "seed \(seed)")
                events += measures.events
                gross.merge(measures.values.mapValues(\.gross)) { $0 + $1 }
                people += 1
                // What shops are fed is the same net.
                let totals = try documents.profile(profile)?.purchases.totals ?? [:]
                #expect(totals.filter { $0.value != 0 } == measures.values.mapValues(\.net).filter { $0.value != 0 }, "seed \(seed)")
            }
            #expect(people > 1 && events > 0)
            let living = Set(ledger.records.filter { $0.state.id.entity == "customer" }.map(\.state.id.life))
            var plain: [Text: Int128] = [:]
            for deal in ledger.deals where deal.isCounted && deal.buyer.map(living.contains) ?? false {
                plain[deal.state["currency"]?.text ?? "", default: 0] += ledger.worth(deal).gross
            }
            #expect(gross == plain, "seed \(seed)")
        }
    }
}

extension PersonLedger {
    init(_ documents: Documents) throws {
        var (records, dead): ([(state: RecordState, site: Text)], [RecordState]) = ([], [])
        let rows = try documents.store.records(from: RecordNumber(raw: .min), to: RecordNumber(raw: .max), limit: .max)
        for row in rows {
            let state = try RecordState(row, standing: documents.standing)
            if state.isDead(in: documents.standing.lineage) {
                dead.append(state)
            } else {
                records.append((state, documents.site(state.id.source) ?? ""))
            }
        }
        self.init(records: records, now: Int64(documents.now.milliseconds))
        self.dead = dead
        let fields: [FieldName] = ["device id", "cookie id"]
        for (state, _) in records where state.id.entity == "customer" {
            guard let number = documents.standing.record(state.id.life), let customer = try documents.store.customer(number),
                let person = documents.standing.dot(of: customer.profile)
            else { continue }
            let now = fields.flatMap { state.siblings(of: $0).writes }.compactMap { $0.content.value.text?.string }
            let earlier = try documents.store.earlier(record: number).filter { !$0.isCorrected && fields.contains(FieldName($0.field)) }
            holders.append((state.id.life, state.id.source, person, Set(now + earlier.map(\.value))))
        }
    }

    private init(records: [(state: RecordState, site: Text)], now: Int64) {
        self.records = records
        self.now = now
    }
}

extension Documents {
    func profileNumbers() throws -> [RecordNumber] {
        try store.changed(.profiles).map { RecordNumber(raw: $0.id) }.filter { try store.profile($0)?.isAlive == true }
    }
}

extension TestHub {
    /// Every profile's document and timeline, page by page, by its id.
    func people() async throws -> [String: [String]] {
        let ids = try await hub.reading(now) { documents in
            try documents.profileNumbers().compactMap { documents.standing.dot(of: $0) }.map { ProfileID(life: $0).description }
        }
        var told: [String: [String]] = [:]
        for id in ids {
            let document = try #require(try await hub.profile(id, now: now))
            told[id] = [String(decoding: document.bytes, as: UTF8.self)] + (try await timeline(id, pageOf: 7).map(\.json))
        }
        return told
    }

    struct TimelineEntry: Decodable {
        var what: String
        var time: Int64?
        var timeDoubtful: Bool?
        var timeUnknown: Bool?
        var site: String?
        var record: String
        var json = ""

        private enum CodingKeys: CodingKey { case what, time, timeDoubtful, timeUnknown, site, record }
    }

    /// All entries of a timeline, read page by page.
    func timeline(_ id: String, pageOf limit: Int) async throws -> [TimelineEntry] {
        struct Page: Decodable {
            var entries: [TimelineEntry]
            var next: String?
        }
        var entries: [TimelineEntry] = []
        var cursor: String?
        repeat {
            let answer = try #require(try await hub.timeline(id, before: cursor, limit: limit, now: now))
            let page = try JSONDecoder().decode(Page.self, from: Data(answer.bytes))
            let raw = try JSONSerialization.jsonObject(with: Data(answer.bytes)) as? [String: Any]
            for (entry, object) in zip(page.entries, raw?["entries"] as? [Any] ?? []) {
                var entry = entry
                entry.json = String(decoding: try JSONSerialization.data(withJSONObject: object, options: .sortedKeys), as: UTF8.self)
                entries.append(entry)
            }
            #expect(page.entries.count == limit || page.next == nil)
            cursor = page.next
        } while cursor != nil
        return entries
    }
}
