import Profiles

/// How shares, ages, findings and causes read.
struct QualityWords {
    let forms: Forms
    var entity: QualityEntity = .customer
    private var strings: Strings { forms.strings }

    func field(_ name: String) -> String { RulesWords(forms: forms).field(name, of: entity.rawValue) }

    /// Where customers and articles are told of in other words.
    func key(_ key: String) -> String { entity == .customer ? key : "\(key)-\(entity.rawValue)" }

    /// Rounded down: what is not all does not read as all, nor what is something as nothing.
    func share(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "–" }
        let thousandths = Int((Double(part) / Double(whole) * 1_000).rounded(.down))
        if thousandths == 0, part > 0 { return "< " + forms.percent(0.001) }
        return forms.percent(Double(thousandths) / 1_000)
    }

    func days(_ days: Int) -> String {
        days < 730 ? forms.count("quality-days", days) : forms.count("quality-years", days / 365)
    }

    /// `Validity.Reason`, or a newer hub's.
    func reason(_ name: String) -> String { word("quality-reason-" + name.lowercased()) ?? name }

    /// Why a change was set aside.
    func cause(_ code: String) -> String { word("quality-cause-" + code) ?? code }

    private func word(_ key: String) -> String? { strings.has(key) ? strings[key] : nil }
}
