import AgentRuntime
import Foundation

enum StockOutput {
    static func tell(_ found: Found<StockFinding>, sku: String) {
        if found.findings.isEmpty { say("No stock of \(sku) is known.") }
        let now = AgentClock.system.wall().milliseconds
        for finding in found.findings {
            let document = finding.document.flatMap { StockDocument($0) }
            var line = "\(finding.location): \(Words.amount(finding.onHand(document))) on hand"
            if let available = document?.available { line += ", \(Words.amount(available &+ finding.unsentMovement)) available" }
            if finding.unsentMovement != 0 || finding.unsentCount != nil { line += " (own unsent changes counted)" }
            if document?.oversold == true { line += " - oversold" }
            say(line)
            for site in document?.sites ?? [] { say("  \(site.site) last heard \(Words.age(of: site.lastHeard, now: now))") }
        }
        CustomerOutput.tell(asOf: found)
    }

    static func printJSON(_ found: Found<StockFinding>) throws {
        var object = CustomerOutput.base(found)
        object["stock"] = try found.findings.map { finding -> [String: Any] in
            let document = finding.document.flatMap { StockDocument($0) }
            return [
                "sku": finding.sku, "location": finding.location, "onHand": finding.onHand(document),
                "unsentMovement": finding.unsentMovement, "unsentCount": finding.unsentCount.map { $0 as Any } ?? NSNull(),
                "figure": try finding.document.map { try JSONSerialization.jsonObject(with: $0) } ?? NSNull(),
            ]
        }
        try JSONOutput.print(object: object)
    }
}

extension StockFinding {
    /// In units of 10⁻⁴, own unsent changes counted.
    func onHand(_ document: StockDocument?) -> Int64 { unsentCount ?? ((document?.onHand ?? 0) &+ unsentMovement) }
}
