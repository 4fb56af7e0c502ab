import ChangeSets
import Foundation
import HubRuntime
import Profiles

/// How rules of identity and policies read.
struct RulesWords {
    let forms: Forms
    private var strings: Strings { forms.strings }
    private var customers: CustomerWords { CustomerWords(forms: forms) }

    // MARK: identifiers

    /// `phone+name`: "phone + name".
    func kind(_ name: String) -> String { customers.kind(name) }

    func order(_ rules: LinkRules) -> String {
        rules.ranks.isEmpty ? strings["rules-nothing"] : rules.ranks.map { kind("\($0.kind)") }.joined(separator: ", ")
    }

    /// Whom a rank joins, and whom not.
    func meaning(_ rank: LinkRules.Rank) -> String {
        strings[rank.opens ? rank.isExclusive ? "rules-exclusive" : "rules-shared" : "rules-visitors"]
    }

    func limit(_ records: Int) -> String { forms.count("rules-limit", records) }

    func automatic(_ rules: LinkRules) -> String {
        rules.automaticAbove.map { strings("rules-automatic-from", ["share": percent(Percent.text($0)) + " %"]) }
            ?? strings["rules-automatic-none"]
    }

    /// As the language writes it.
    func percent(_ text: String) -> String { text.replacing(".", with: strings.language.locale.decimalSeparator ?? ".") }

    func kinds(_ kinds: Set<Identifier.Kind>) -> String {
        kinds.isEmpty ? strings["rules-none"] : kinds.sorted().map { kind("\($0)") }.joined(separator: ", ")
    }

    /// Why a link that the rules ask for is not made.
    func cause(_ cause: String) -> String {
        if cause.hasPrefix(Self.different) {
            return strings("rules-cause-different", ["kind": kind(String(cause.dropFirst(Self.different.count)))])
        }
        if cause.hasPrefix(Self.tooMany), let records = Int(cause.dropFirst(Self.tooMany.count)) {
            return forms.count("rules-cause-many", records)
        }
        return customers.word("rules-cause", cause)
    }

    private static let different = "different "
    private static let tooMany = "too many records: "

    func asked(_ by: String) -> String { by == "decision" ? strings["customer-by-hand"] : kind(by) }

    func slip(_ slip: RulesSlip) -> String {
        let ranges = (LinkRules.recordsPerSourceRange, LinkRules.recordsPerPersonRange)
        return strings(
            "rules-slip-\(slip.name)",
            [
                "kind": slip.kind.map(kind) ?? "", "limit": forms.number(ranges.0.upperBound), "person": forms.number(ranges.1.upperBound),
                "least": automaticLeast, "most": forms.number(RulesTyped.placesMax), "typed": String(slip.typed.prefix(Self.typedMax)),
            ])
    }

    private static let typedMax = 80

    /// Rounded up: what is shown is taken.
    var automaticLeast: String {
        let thousandths = (MatchThreshold.automaticProbability * 100_000).rounded(.up)
        return percent(Percent.text(thousandths / 100_000))
    }

    // MARK: policies

    func entity(_ name: String) -> String { word("entity", name) }

    func field(_ name: String, of entity: String) -> String { entity == "customer" ? customers.field(name) : word("field", name) }

    private func word(_ group: String, _ name: String) -> String {
        let key = "\(group)-" + name.replacing(" ", with: "")
        return strings.has(key) ? strings[key] : name.prefix(1).uppercased() + name.dropFirst()
    }

    /// `Phone (customer)`.
    func subject(_ entity: String, _ field: String) -> String {
        strings("rules-subject", ["field": self.field(field, of: entity), "entity": self.entity(entity)])
    }

    func policy(_ name: String) -> String { customers.word("policy", name) }

    /// With the sites of a ranking: `by site: web, shop-1`.
    func whole(_ policy: PolicyTyped) -> String {
        policy.sites.isEmpty ? self.policy(policy.policy) : self.policy(policy.policy) + ": " + policy.sites.joined(separator: ", ")
    }

    /// What is shown by it. Only customers and orders are drawn from several values; of all else a policy ends the asking.
    func meaning(_ policy: PolicyTyped) -> String {
        guard policy.policy != "ask" else { return strings["policy-ask-means"] }
        guard policy.choosesWhatIsShown else { return strings["rules-policy-ends-asking"] }
        return strings["policy-\(policy.policy.replacing(" ", with: "-"))-means"]
    }
}
