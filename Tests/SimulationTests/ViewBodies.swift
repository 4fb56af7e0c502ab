import ChangeSets
import Foundation
import GRDB
import HubRuntime

@testable import AgentRuntime

/// A digest counts numbers and keys, and not what stands under them: so the views are held, body by body, against what the hub gives to
/// whoever has nothing.
extension World {
    /// - Returns: what a site shows otherwise than the hub would tell it now, or lacks. Left out is what a body tells of the moment it was drawn at
    ///   (when a site was last heard, why records are one person: docs/design.md): nothing is sent anew for that alone.
    func bodyViolations() async throws -> [String] {
        var found: [String] = []
        for site in sites {
            let given = try await firstLoad(of: site)
            let shown = try shown(by: site)
            for key in given.keys where shown[key] == nil { found.append("\(site.label) lacks a \(key.topic) that the hub gives it") }
            for (key, shown) in shown {
                guard let body = given[key] else {
                    found.append("\(site.label) shows a \(key.topic) that the hub does not give it")
                    continue
                }
                if ViewKey.essence(shown, key.topic) != ViewKey.essence(body, key.topic) {
                    found.append("\(site.label) shows a \(key.topic) otherwise than the hub, under the same number")
                }
            }
        }
        return Array(Set(found)).sorted()
    }

    private func firstLoad(of site: Site) async throws -> [ViewKey: [UInt8]] {
        var bodies: [ViewKey: [UInt8]] = [:]
        var cursor: Position?
        while true {
            let answer = try await hub.pull(PullRequest(cursor: cursor, replicas: []), agent: try await record(of: site), now: time)
            guard case .page(let page) = answer, !page.restart else { throw SimulationError(message: "no first load for \(site.label)") }
            for entry in page.entries { bodies[ViewKey(topic: entry.topic, key: entry.key)] = entry.body }
            guard page.consistentAt == nil else { return bodies }
            cursor = page.reached
        }
    }

    private func shown(by site: Site) throws -> [ViewKey: [UInt8]] {
        try site.agent.store.queue.read { db in
            var bodies: [ViewKey: [UInt8]] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT topic, key, body FROM view_entry") {
                guard let topic = Topic(rawValue: row[0]) else { continue }
                bodies[ViewKey(topic: topic, key: Array(row[1] as Data))] = Array(row[2] as Data)
            }
            return bodies
        }
    }
}

private struct ViewKey: Hashable {
    var topic: Topic
    var key: [UInt8]

    /// What has to be the same: of a record all, of a person what is known of them, of stock the figures.
    static func essence(_ body: [UInt8], _ topic: Topic) -> Data? {
        let members: [String]
        switch topic {
        case .record: return Data(body)
        case .profile: members = ["id", "fields", "identifiers", "records", "purchases"]
        case .stock: members = ["sku", "location", "onHand", "reserved", "inTransit", "available", "oversold", "count"]
        case .order: members = ["id", "state"]
        }
        guard let object = JSONAnswer(bytes: body).object else { return nil }
        return try? JSONSerialization.data(withJSONObject: object.filter { members.contains($0.key) }, options: .sortedKeys)
    }
}
