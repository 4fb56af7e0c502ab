import ChangeSets
import Foundation

/// Which of several values of a field is shown, as somebody chose it or as it is in force.
public struct PolicyTyped: Hashable, Sendable {
    public var entity: String
    public var field: String
    /// One of `names`.
    public var policy: String
    /// Of a ranking, the first one first.
    public var sites: [String]

    /// - Parameter policy: one of `names`, or a ranking with its sites: `ranked: web, shop-1`.
    public init(entity: String, field: String, policy: String, sites: [String] = []) {
        self.entity = entity
        self.field = field
        guard sites.isEmpty, policy.hasPrefix(Self.mark) else {
            (self.policy, self.sites) = (policy, policy == Self.ranked ? sites.map(RulesTyped.trimmed).filter { !$0.isEmpty } : [])
            return
        }
        self.policy = Self.ranked
        self.sites = policy.dropFirst(Self.mark.count).split(separator: ",").map { RulesTyped.trimmed(String($0)) }.filter { !$0.isEmpty }
    }

    /// As the hub reads it.
    public var text: String { policy == Self.ranked ? "\(Self.mark) \(sites.joined(separator: ", "))" : policy }

    static let ranked = "ranked"
    private static let mark = "ranked:"
    static let names = [
        "latest", "earliest", ranked, "most frequent", "longest", "maximum", "minimum", "most restrictive", "union", "ask",
    ]

    /// Whether there is such a field.
    public var isKnown: Bool { Catalogue[EntityName(entity)]?[FieldName(field)] != nil }

    /// Where it is set; `nil` where there is no such field.
    static func address(_ entity: String, _ field: String) -> String? {
        guard PolicyTyped(entity: entity, field: field, policy: "ask").isKnown else { return nil }
        return "/rules?entity=\(Address.encoded(entity))&field=\(Address.encoded(field))#policies"
    }

    /// An order's state follows from what all sides say of it; what is no customer and no order has no view of several values.
    var choosesWhatIsShown: Bool { entity == "customer" || (entity == "order" && !["state", "number"].contains(field)) }

    /// Why it cannot be set; `nil`: it can.
    ///
    /// - Parameter known: the names of all sites.
    public func slip(sites known: [String]) -> RulesSlip? {
        guard isKnown else { return RulesSlip(name: "field", field: "subject") }
        guard Self.names.contains(policy) else { return RulesSlip(name: "policy", field: "policy") }
        guard policy == Self.ranked else { return nil }
        guard !sites.isEmpty else { return RulesSlip(name: "sites", field: "site") }
        if let unknown = sites.first(where: { !known.contains($0) }) { return RulesSlip(name: "site", field: "site", typed: unknown) }
        let twice = sites.first { site in sites.count { $0 == site } > 1 }
        return twice.map { RulesSlip(name: "site-twice", field: "site", typed: $0) }
    }
}
