import Foundation
import Rehearsal

/// `make journey`: a retailer's year through four tills, their agents and the hub, with lines cut at random,
/// and then every figure of the hub held against plain SQL.
final class Journey {
    private let narrator: Narrator
    private let programs: Programs
    private let hub: HubProcess
    private let year: RetailYear
    private let sums: PlainSums
    private let mapping: URL
    private var sites: [Site] = []
    private var tills: [JourneyTill] = []
    /// The same cuts in every run.
    private var random = GeneratedRetail.Sequence(state: 2_011)
    private var hubPeakKilobytes = 0
    private var agentPeakKilobytes = 0

    private static let siteCount = 4
    /// Chance, in percent, that a site's line changes after a day.
    private static let cutPercent = 12

    init(root: URL, options: Options, narrator: Narrator) throws {
        self.narrator = narrator
        let logs = root.appending(path: "logs")
        try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
        programs = try Programs(logs: logs)
        let mappings = try options.mappingsFolder(near: programs.folder)
        mapping = mappings.appending(path: "simple-shop.yaml")
        let schema = try String(contentsOf: mappings.appending(path: "schemas/simple-shop.sql"), encoding: .utf8)
        year = try RetailYear(folder: options.csv, scratch: root.appending(path: "days"), limit: options.days)
        sums = try PlainSums(root.appending(path: "plain.db"))
        for index in 1...Self.siteCount {
            let site = try Site("shop-\(index)", kind: "store", title: "Shop \(index)", under: root, programs: programs)
            sites.append(site)
            tills.append(try JourneyTill(site.applicationFile, schema: schema))
        }
        hub = try HubProcess(programs: programs, folder: root.appending(path: "hub"))
    }

    func travel() async throws {
        narrator.chapter("A retailer's year through four tills: \(year.origin)")
        try hub.start()
        for site in sites {
            try await site.join(hub, mapping: mapping, source: "till")
            try site.connect()
        }
        let started = Date()
        for day in 0..<year.days { try trade(day) }
        let totals = try sums.totals()
        narrator.tell(
            "\(totals.invoices) sales with \(totals.lines) lines are made in \(Int(-started.timeIntervalSinceNow)) s; all lines come back.")
        for site in sites where !site.hasLine { try site.connect() }
        try await arrive(totals)
        try await compare(totals)
        narrator.tell(
            "Private memory at its highest, as sampled: hub \(hubPeakKilobytes / 1024) MB, one agent \(agentPeakKilobytes / 1024) MB.")
    }

    // MARK: trading

    private func trade(_ day: Int) throws {
        let lines = try year.lines(day: day)
        try sums.add(lines) { Self.site(of: $0.invoice) }
        var invoices: [String: [RetailLine]] = [:]
        var order: [String] = []
        for line in lines {
            if invoices[line.invoice] == nil { order.append(line.invoice) }
            invoices[line.invoice, default: []].append(line)
        }
        for invoice in order { try tills[Self.site(of: invoice)].sell(invoices[invoice] ?? []) }
        for site in sites where random.below(100) < Self.cutPercent {
            if site.hasLine { try site.disconnect() } else { try site.connect() }
        }
        sampleMemory()
        if (day + 1) % 30 == 0 || day + 1 == year.days {
            let cut = sites.filter { !$0.hasLine }.map(\.title)
            narrator.tell("day \(day + 1) of \(year.days)" + (cut.isEmpty ? "" : "; without a line now: " + cut.joined(separator: ", ")))
        }
    }

    /// FNV-1a, so that an invoice belongs to the same till in every run.
    private static func site(of invoice: String) -> Int {
        Int(invoice.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } >> 33 % UInt64(siteCount))
    }

    // MARK: arriving

    /// Waits until the hub has everything, as long as something still arrives.
    private func arrive(_ totals: PlainSums.Totals) async throws {
        var last: Int64 = -1
        var lastProgress = Date()
        let started = Date()
        while true {
            sampleMemory()
            let records = Int64((try await hub.status()["records"] as? Int) ?? 0)
            if records != last {
                last = records
                lastProgress = Date()
            }
            if records >= totals.records || -lastProgress.timeIntervalSinceNow > Self.patienceSeconds { break }
            try await Task.sleep(for: .milliseconds(200))
        }
        narrator.tell("The hub has \(last) records \(Int(-started.timeIntervalSinceNow)) s after the last line came back.")
        narrator.claim(
            "every customer, sale and line is at the hub once: \(totals.records) records", last == totals.records,
            otherwise: "it has \(last)")
    }

    private static let patienceSeconds = 60.0

    // MARK: comparing

    private func compare(_ totals: PlainSums.Totals) async throws {
        var wrong: [String] = []
        let units = try sums.units()
        for (sku, sold) in units {
            let onHand = try await hub.onHand(sku).values.reduce(0, +)
            if onHand != -sold { wrong.append("\(sku): \(-onHand) at the hub, \(sold) in the files") }
        }
        narrator.claim("pieces sold of each of \(units.count) SKUs are what plain SQL says", wrong.isEmpty, otherwise: Self.few(wrong))
        wrong = []
        let customers = try sums.customers()
        var invoices: Int64 = 0
        for (number, count, value) in customers {
            let found = try await hub.customers(email: JourneyTill.email(number))
            let total = found.first?.exactTotals["GBP"] ?? 0
            invoices += Int64(found.first?.purchases ?? 0)
            if found.count != 1 || total != value || Int64(found.first?.purchases ?? 0) != count {
                wrong.append(
                    "\(number): \(found.count) profiles, \(found.first?.purchases ?? 0) sales worth \(total); \(count) worth \(value) in the files"
                )
            }
        }
        narrator.claim(
            "each of \(customers.count) customers is one, with the sales and the value that plain SQL says", wrong.isEmpty,
            otherwise: Self.few(wrong))
        narrator.tell("\(invoices) sales of known customers, \(totals.invoices) in all.")
    }

    private static func few(_ wrong: [String]) -> String { "(\(wrong.count)) " + wrong.prefix(5).joined(separator: "; ") }

    // MARK: memory

    private func sampleMemory() {
        hubPeakKilobytes = max(hubPeakKilobytes, RunningPrograms.privateKilobytes(of: "tributary-hub"))
        agentPeakKilobytes = max(agentPeakKilobytes, RunningPrograms.privateKilobytes(of: "tributary-agent"))
    }
}
