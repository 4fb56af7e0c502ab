import AgentRuntime
import ChangeSets
import Foundation

enum CustomerOutput {
    static func tell(_ found: Found<CustomerFinding>) {
        for finding in found.findings {
            if let document = finding.document.flatMap({ ProfileDocument($0) }) {
                tell(document)
            } else {
                say("A customer that the hub does not know yet")
            }
            if !finding.unsent.isEmpty { say("  not sent yet:") }
            for own in finding.unsent { say("    \(Words.day(own.time.milliseconds)) \(own.record.entity) \(summary(own))") }
        }
        if found.findings.isEmpty { say("Nobody was found.") }
        tell(asOf: found)
    }

    static func tell<Finding>(asOf found: Found<Finding>) {
        let age = Words.age(of: found.asOf?.milliseconds, now: AgentClock.system.wall().milliseconds)
        say(
            found.asOf == nil
                ? "Nothing was received from the hub yet." : "As of \(age)\(found.isLoading ? ", a new view is loading" : "").")
    }

    private static func tell(_ document: ProfileDocument) {
        say("Customer \(document.id ?? "")")
        for (name, field) in (document.fields ?? [:]).sorted(by: { $0.key < $1.key }) {
            say("  \(name): \(field.value.text ?? "")\(field.site.map { "   (\($0))" } ?? "")")
        }
        if document.shortened ?? false { say("  (the hub holds more of this customer than is sent to the sites)") }
        guard let purchases = document.purchases, purchases.number > 0 else { return }
        let totals = (purchases.totals ?? [:]).sorted { $0.key < $1.key }.map { "\(Words.amount($0.value, digits: 2)) \($0.key)" }
        say("  purchases: \(purchases.number), \(totals.joined(separator: ", "))")
        for purchase in purchases.recent ?? [] {
            let parts = [
                purchase.time.map(Words.day), purchase.site, purchase.number,
                purchase.total.map { "\(Words.amount($0, digits: 2)) \(purchase.currency ?? "")" },
            ]
            say("    \(parts.compactMap { $0 }.joined(separator: "  "))")
        }
    }

    private static func summary(_ own: OwnRecord) -> String {
        guard let fields = own.fields else { return "deleted" }
        return fields.filter { !$0.value.isNull }.map { "\($0.name): \(text($0))" }.joined(separator: ", ")
    }

    private static func text(_ field: OwnRecord.Field) -> String {
        guard case .integer(let value) = field.value else { return field.value.label }
        switch field.name.description {
        case "total", "amount", "unit price", "discount": return Words.amount(value, digits: 2)
        case "at", "created at": return Words.day(UInt64(max(0, value)))
        default: return String(value)
        }
    }

    static func printJSON(_ found: Found<CustomerFinding>) throws {
        var object = base(found)
        object["customers"] = try found.findings.map { finding -> [String: Any] in
            [
                "profile": try finding.document.map { try JSONSerialization.jsonObject(with: $0) } ?? NSNull(),
                "unsent": finding.unsent.map { own -> [String: Any] in
                    var fields: [String: Any] = [:]
                    for field in own.fields ?? [] { fields[field.name.description] = json(field.value) }
                    return [
                        "dot": own.dot.description, "entity": own.record.entity.description, "life": own.record.life.description,
                        "time": own.time.milliseconds, "deleted": own.fields == nil, "fields": fields,
                    ]
                },
            ]
        }
        try JSONOutput.print(object: object)
    }

    static func base<Finding>(_ found: Found<Finding>) -> [String: Any] {
        ["asOf": found.asOf.map { $0.milliseconds as Any } ?? NSNull(), "loading": found.isLoading]
    }

    private static func json(_ value: Value) -> Any {
        switch value {
        case .null: NSNull()
        case .integer(let value): value
        case .real(let value) where value.isFinite: value
        default: value.label
        }
    }
}
