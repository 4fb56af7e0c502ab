import ArgumentParser
import Foundation

extension SiteCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List sites, those that need somebody first: how each gets on, and whether it and the hub have the same.",
            discussion: """
                STATE    silent: not heard for 5 minutes. stalled: changes do not get through. differs: its view is not the hub's.
                         clock: 5 minutes off. held: changes wait or are set aside at the hub. new: not enrolled yet.
                         unproved: well, and not found equal to the hub for a day. "--state well" shows these, too. well. revoked.
                CLOCK    how far its clock is ahead of the hub's (+) or behind it (-)
                WAITING  changes that the site has and the hub lacks, and since when there are some
                SERVED   how long the first thing has been at the hub that the site was not given yet
                EQUAL    when the site's view was last found to be the hub's, entry by entry, with nothing waiting

                "-" stands for an agent that does not tell, or has not yet. --json gives all sites, as the hub lists them.

                  tributary site list --state silent --kind store
                  tributary site list --text north
                """)

        @Option(help: "Only those in this state.") var state: State?
        @Option(help: "Only those of this kind.") var kind: Kind?
        @Option(help: "Only those whose name or region holds these words.") var text: String?
        @OptionGroup var listing: ListingOptions

        mutating func run() async throws {
            let bytes = try await listing.hub.connection().get("sites")
            let (state, kind, words) = (state, kind, text)
            try listing.show(bytes, as: [Site].self) { Self.text(of: $0, state: state, kind: kind, words: words) }
        }

        static func text(
            of sites: [Site], state: State? = nil, kind: Kind? = nil, words: String? = nil, now: Date = Date(),
            widthMax: Int? = Terminal.width
        ) -> String {
            guard !sites.isEmpty else { return "No sites yet. Add one: tributary site add NAME --kind store" }
            // The hub has them by name; of one state they stay so.
            let told = sites.map { (site: $0, state: $0.state.flatMap(State.init(rawValue:))) }
            let found = told.filter { one in
                state?.admits(one.state) ?? true && (kind?.rawValue ?? one.site.kind) == one.site.kind && one.site.holds(words ?? "")
            }
            let ordered = found.enumerated().sorted {
                (State.order($0.element.state), $0.offset) < (State.order($1.element.state), $1.offset)
            }.map(\.element.site)
            var table = Table("SITE", "STATE", "KIND", "REGION", "LAST HEARD", ">CLOCK", "WAITING", "SERVED", "EQUAL", "NOTE")
            for site in ordered {
                table.add(
                    site.name, site.state ?? "-", site.kind, site.region ?? "-", Readable.age(site.lastHeard, now: now),
                    site.clockOffset.map(Readable.offset) ?? "-", site.exchange?.waitingText ?? "-", site.exchange?.servedText ?? "-",
                    site.exchange?.equalText ?? "-", site.warnings.first ?? "")
            }
            return table.isEmpty ? "No site fits." : table.text(widthMax: widthMax)
        }
    }

    /// How a site gets on, at a glance, in the hub's words. Those that need somebody come first.
    enum State: String, CaseIterable, ExpressibleByArgument {
        case silent, stalled, differs, clock, held, new, unproved, well, revoked

        /// Well is well, whether or not it was proved already.
        func admits(_ told: State?) -> Bool { self == told || (self == .well && told == .unproved) }

        /// What a hub of another version tells, or does not, comes last.
        static func order(_ told: State?) -> Int { told.flatMap { allCases.firstIndex(of: $0) } ?? allCases.count }
    }
}

extension SiteCommand.Site {
    /// Of its agents' clocks the one with the largest error.
    var clockOffset: Int64? { agents.filter(\.takesPart).map(\.clockOffsetMilliseconds).max { $0.magnitude < $1.magnitude } }

    func holds(_ words: String) -> Bool {
        let shown = "\(name) \(region ?? "")".lowercased()
        return words.lowercased().split(whereSeparator: \.isWhitespace).allSatisfy { shown.contains($0) }
    }
}

extension Readable {
    /// `+120 ms`, `-3 s`, `+12 min`: how far a clock is off.
    static func offset(_ milliseconds: Int64) -> String {
        let magnitude = milliseconds.magnitude
        return (milliseconds < 0 ? "-" : "+") + (magnitude < 1_000 ? "\(magnitude) ms" : span(magnitude))
    }
}
