import Causality

/// The tables of a report, narrowed to what was asked for.
struct QualityTables {
    typealias Row = QualityDocument.Row

    let rows: [Row]
    let question: QualityQuestion
    let words: QualityWords
    private var forms: Forms { words.forms }
    private var strings: Strings { forms.strings }

    /// How many records are looked at: each row of a site has all of them.
    private var records: Int { Dictionary(rows.map { ($0.site, $0.records) }) { first, _ in first }.values.reduce(0, +) }

    /// Of the fields that are used at all: what no site has is nobody's omission.
    private func sum(_ rows: [Row]) -> QualitySum {
        let used = Set(QualityDocument.fields(of: rows).used)
        return QualitySum(rows.filter { used.contains($0.field) })
    }

    var summary: String {
        let sites = Set(rows.map(\.site)).count
        let records = forms.count(words.key("quality-records"), records)
        return question.site == nil ? records + " · " + forms.count("overview-sites", sites) : records
    }

    var figures: [View] {
        let sum = sum(rows)
        return [
            ["name": strings["quality-filled"], "value": words.share(sum.present, of: sum.places)],
            ["name": strings["quality-valid"], "value": words.share(sum.valid, of: sum.present)],
            ["name": strings["quality-doubtful"], "value": forms.number(sum.suspicious)],
            ["name": strings["quality-wrong"], "value": forms.number(sum.invalid)],
            ["name": strings["quality-old-year"], "value": words.share(sum.old, of: sum.present)],
        ]
    }

    // MARK: by field, by site

    /// `nil` where one field is looked at over all sites: its row is the figures.
    var fields: View? {
        guard question.field == nil || question.site != nil else { return nil }
        let names = QualityDocument.fields(of: rows)
        let own = Dictionary(grouping: rows, by: \.field)
        return [
            "rows": names.used.map { field -> View in
                cells(QualitySum(own[field] ?? []), name: words.field(field), address: question.address(site: question.site, field: field))
            },
            "unused": names.unused.isEmpty
                ? nil : strings("quality-unused", ["fields": names.unused.map(words.field).joined(separator: ", ")]),
        ]
    }

    /// The worst first.
    func sites(page asked: Int) -> View {
        let own = Dictionary(grouping: rows, by: \.site).map { (name: $0.key, sum: sum($0.value)) }
        let sorted = own.sorted { ($1.sum.badShare, $0.name) < ($0.sum.badShare, $1.name) }
        let pages = max(1, (sorted.count + Console.sitesPerPage - 1) / Console.sitesPerPage)
        let page = min(asked, pages)
        let first = (page - 1) * Console.sitesPerPage
        let shown = sorted.dropFirst(first).prefix(Console.sitesPerPage)
        func address(_ page: Int) -> String { question.address(site: nil, field: question.field, page: page) }
        return [
            "rows": shown.map { site -> View in
                cells(site.sum, name: site.name, address: question.address(site: site.name, field: question.field))
            },
            "pager": pages == 1
                ? nil
                : [
                    "shown": strings(
                        "sites-shown",
                        ["first": forms.number(first + 1), "last": forms.number(first + shown.count), "all": forms.number(sorted.count)]),
                    "before": page > 1 ? address(page - 1) : nil, "next": page < pages ? address(page + 1) : nil,
                ] as View,
        ]
    }

    private func cells(_ sum: QualitySum, name: String, address: String) -> View {
        [
            "name": name, "address": address, "filled": words.share(sum.present, of: sum.places),
            "filledOf": sum.places == 0
                ? nil : strings("quality-of", ["n": forms.number(sum.present), "all": forms.number(sum.places)]),
            "valid": words.share(sum.valid, of: sum.present), "doubtful": forms.number(sum.suspicious), "wrong": forms.number(sum.invalid),
            "isDoubtful": sum.suspicious > 0, "isWrong": sum.invalid > 0, "old": words.share(sum.old, of: sum.present),
            "ages": sum.ageDays.map {
                strings("quality-ages", ["median": words.days($0.median), "oldest": words.days($0.oldest)])
            },
            "shared": sum.shared.map { forms.number($0) } ?? "–",
        ]
    }

    // MARK: what is wrong, and what stands twice

    /// What cannot be right, then what is doubtful.
    var findings: [View] {
        let all = QualityFinding.all(in: rows)
        return ["invalid", "suspicious"].compactMap { verdict in
            let found = all.filter { $0.key.verdict == verdict }
            guard !found.isEmpty else { return nil }
            return ["name": strings["quality-verdict-\(verdict)"], "rows": found.map { finding($0) }]
        }
    }

    private static let sitesNamed = 3

    private func finding(_ finding: QualityFinding) -> View {
        let (field, reason) = (words.field(finding.key.field), words.reason(finding.key.reason))
        let hidden = finding.sites.count - Self.sitesNamed
        return [
            "field": field, "reason": reason, "count": forms.number(finding.count),
            "sites": finding.sites.prefix(Self.sitesNamed).map { site -> View in
                [
                    "name": site.name, "count": forms.number(site.count),
                    "address": question.address(site: site.name, field: finding.key.field),
                ]
            },
            "more": hidden > 0 ? forms.count("quality-more-sites", hidden) : nil,
            "examples": finding.examples.enumerated().map { place, life -> View in
                [
                    "address": address(of: life, finding.key.field), "number": forms.number(place + 1),
                    "of": strings("quality-example", ["field": field, "reason": reason]),
                ]
            },
        ]
    }

    /// Of a customer, the profile that the record is part of; of an article, which may have no SKU by which stock knew it, what was
    /// written into the field.
    private func address(of life: Dot, _ field: String) -> String {
        switch question.entity {
        case .customer: "/customers/p\(life.replica)-\(life.counter)"
        case .item: Address.history(record: "\(life)", field: field)
        }
    }

    private static let sharedShown = 20

    /// Values that several records of a site hold; `nil` where none is.
    var shared: View? {
        let found = rows.filter { ($0.shared?.values ?? 0) > 0 }.sorted {
            ($1.shared?.records ?? 0, $0.site, $0.field) < ($0.shared?.records ?? 0, $1.site, $1.field)
        }
        guard !found.isEmpty else { return nil }
        let hidden = found.count - Self.sharedShown
        return [
            "rows": found.prefix(Self.sharedShown).map { row -> View in
                [
                    "field": words.field(row.field), "site": row.site, "address": question.address(site: row.site, field: row.field),
                    "values": forms.number(row.shared?.values ?? 0), "records": forms.number(row.shared?.records ?? 0),
                ]
            },
            "more": hidden > 0 ? forms.count("quality-more-rows", hidden) : nil,
        ]
    }
}
