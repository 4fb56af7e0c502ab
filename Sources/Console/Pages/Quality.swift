import Foundation
import HubRuntime
import Profiles

/// What of the data's quality is asked for.
public struct QualityQuestion: Sendable {
    public var entity: QualityEntity
    public var site: String?
    /// As the catalogue calls it: `birth date`.
    public var field: String?
    /// Of the sites, from 1 on.
    public var page: Int

    public init(entity: QualityEntity = .customer, site: String? = nil, field: String? = nil, page: Int = 1) {
        self.entity = entity
        self.site = site
        self.field = field
        self.page = max(page, 1)
    }

    func address(site: String?, field: String?, page: Int = 1) -> String {
        let members = [("entity", entityAsked), ("site", site), ("field", field), ("page", page > 1 ? String(page) : nil)]
        let asked = members.compactMap { name, value in value.map { "\(name)=\(Address.encoded($0))" } }
        return asked.isEmpty ? "/quality" : "/quality?" + asked.joined(separator: "&")
    }

    /// Customers are meant where none is named.
    var entityAsked: String? { entity == .customer ? nil : entity.rawValue }

    /// The same site's other records; they have other fields.
    func address(_ entity: QualityEntity) -> String { QualityQuestion(entity: entity).address(site: site, field: nil) }

    func admits(_ row: QualityDocument.Row) -> Bool { (site ?? row.site) == row.site && (field ?? row.field) == row.field }
}

/// What the hub knows of the data's quality.
public struct KnownQuality: Sendable {
    public var standing: QualityStanding
    /// Of the site that is asked for, or of all together; the oldest first.
    public var days: [QualityDay]
    public var quarantine: [QuarantineGroup]
    /// Pairs of records that may be one person.
    public var proposed: Int

    public init(standing: QualityStanding, days: [QualityDay], quarantine: [QuarantineGroup], proposed: Int) {
        self.standing = standing
        self.days = days
        self.quarantine = quarantine
        self.proposed = proposed
    }
}

extension Console {
    /// How good customers' records or articles are: what is filled in, can be right, stands twice and has grown old; and what was set
    /// aside.
    public func quality(_ known: KnownQuality, _ question: QualityQuestion, for visitor: Visitor) -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        let document = QualityDocument(known.standing.report?.bytes, of: question.entity)
        let rows = document?.rows.filter(question.admits) ?? []
        let tables = QualityTables(rows: rows, question: question, words: QualityWords(forms: forms, entity: question.entity))
        let isRunning = known.standing.since != nil
        let title = title(question, tables.words)
        var page: View = [
            "isLive": isRunning, "isRunning": isRunning, "title": title, "isNarrowed": question.site != nil || question.field != nil,
            "entities": QualityEntity.allCases.map { entity -> View in
                [
                    "name": strings["quality-entity-\(entity.rawValue)"], "address": question.address(entity),
                    "isCurrent": entity == question.entity,
                ]
            },
            "entity": question.entityAsked, "overall": question.address(site: nil, field: nil),
            "what": strings[tables.words.key("quality-what")],
            "twiceHow": strings[tables.words.key("quality-twice-how")], "twiceNone": strings[tables.words.key("quality-twice-none")],
            "asOf": document.flatMap { forms.stamp($0.now) },
            "running": known.standing.since.map { strings("quality-running", ["time": forms.clock($0)]) },
            "problem": isRunning ? nil : known.standing.problem.map { told($0, strings) },
            "aside": aside(known.quarantine.filter { question.site == nil || $0.site == question.site }, tables.words),
            "empty": empty(document, tables, isRunning),
        ]
        if let document, !document.rows.isEmpty {
            page["choice"] = choice(document, question, tables.words)
        }
        guard !tables.rows.isEmpty else { return self.page("quality", title: title, section: .quality, page, for: visitor) }
        page["summary"] = tables.summary
        page["figures"] = tables.figures
        page["fields"] = tables.fields
        page["sites"] = question.site == nil ? tables.sites(page: question.page) : nil
        page["findings"] = tables.findings
        page["noFindings"] = tables.findings.isEmpty ? strings["quality-findings-none"] : nil
        page["shared"] = tables.shared
        page["proposed"] =
            known.proposed == 0 || question.entity != .customer
            ? nil
            : forms.count(
                "customers-proposed", known.proposed,
                ["n": forms.number(known.proposed) + (known.proposed >= Hub.conflictsPerKindMax ? "+" : "")])
        page["course"] = course(known.days, question, tables.words)
        return self.page("quality", title: title, section: .quality, page, for: visitor)
    }

    private func title(_ question: QualityQuestion, _ words: QualityWords) -> String {
        let strings = words.forms.strings
        switch (question.site, question.field.map(words.field)) {
        case (nil, nil): return strings[words.key("quality-title-all")]
        case (let site?, nil): return strings(words.key("quality-title-site"), ["site": site])
        case (nil, let field?): return strings(words.key("quality-title-field"), ["field": field])
        case (let site?, let field?): return strings(words.key("quality-title-both"), ["field": field, "site": site])
        }
    }

    private func choice(_ document: QualityDocument, _ question: QualityQuestion, _ words: QualityWords) -> View {
        [
            "sites": document.sites.map { ["name": $0, "isChosen": $0 == question.site] as View },
            "fields": QualityDocument.fields(of: document.rows).used.map {
                ["code": $0, "name": words.field($0), "isChosen": $0 == question.field] as View
            },
        ]
    }

    private func empty(_ document: QualityDocument?, _ tables: QualityTables, _ isRunning: Bool) -> View? {
        let (words, strings) = (tables.words, tables.words.forms.strings)
        guard tables.rows.isEmpty, !isRunning || document != nil else { return nil }
        guard let document else { return ["title": strings["quality-never"], "how": strings["quality-never-how"]] }
        guard document.rows.isEmpty else {
            return ["title": strings[words.key("quality-nothing")], "how": strings["quality-nothing-how"], "all": strings["quality-all"]]
        }
        return [
            "title": strings[words.key("quality-nobody")], "how": strings[words.key("quality-nobody-how")], "toSites": strings["nav-sites"],
        ]
    }

    // MARK: what was set aside

    private func aside(_ groups: [QuarantineGroup], _ words: QualityWords) -> [View] {
        let forms = words.forms
        return groups.map { group in
            let asked = [("kind", group.kind.rawValue), ("site", group.site), ("text", group.text)]
            return [
                "cause": words.cause(group.code), "code": group.code, "site": group.site, "count": forms.number(group.changes),
                "since": forms.stamp(group.since), "kind": group.kind.rawValue, "text": group.text,
                "address": "/conflicts?" + asked.map { "\($0.0)=\(Address.encoded($0.1))" }.joined(separator: "&"),
                "again": forms.strings("quality-again-of", ["cause": words.cause(group.code), "site": group.site]),
                "bound": group.changes > Hub.conflictsPerKindMax
                    ? forms.strings("quality-again-bound", ["n": forms.number(Hub.conflictsPerKindMax)]) : nil,
            ]
        }
    }

    // MARK: the course over time

    /// Charts of what is filled in and what can be right: of one field, or of all that are used.
    private func course(_ days: [QualityDay], _ question: QualityQuestion, _ words: QualityWords) -> View {
        let strings = words.forms.strings
        var sums: [UInt64: QualityDay] = [:]
        for day in days where question.field.map({ $0 == day.field }) ?? (day.present > 0) {
            var sum = sums[day.day] ?? QualityDay(field: "", at: day.at, records: 0, present: 0, valid: 0)
            sum.records += day.records
            sum.present += day.present
            sum.valid += day.valid
            sums[day.day] = sum
        }
        let sorted = sums.values.sorted { $0.at < $1.at }
        let charts = [
            chart("quality-filled", sorted.map { ($0.at, $0.present, $0.records) }, words),
            chart("quality-valid", sorted.map { ($0.at, $0.valid, $0.present) }, words),
        ].compactMap { $0 }
        return [
            "title": question.site.map { strings("quality-course-site", ["site": $0]) } ?? strings["quality-course"], "charts": charts,
            "note": charts.isEmpty
                ? strings[question.site == nil || question.entity == .item ? "quality-course-none" : "quality-course-none-site"] : nil,
        ]
    }

    private func chart(_ name: String, _ shares: [(at: UInt64, part: Int, whole: Int)], _ words: QualityWords) -> View? {
        let known = shares.filter { $0.whole > 0 }
        guard known.count > 1, let first = known.first, let last = known.last else { return nil }
        let (forms, now) = (words.forms, words.share(last.part, of: last.whole))
        let chart = Chart(
            points: known.map { Chart.Point(at: $0.at, value: Double($0.part) / Double($0.whole)) }, title: forms.strings[name],
            description: forms.strings(
                "quality-course-text", ["first": words.share(first.part, of: first.whole), "day": forms.day(first.at), "last": now]),
            label: { forms.percent($0) }, time: { forms.day($0) })
        return ["name": forms.strings[name], "now": now, "svg": chart.svg()]
    }
}
