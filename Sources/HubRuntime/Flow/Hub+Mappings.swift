import Causality
import ChangeSets
import Foundation

import struct Crypto.SHA256

extension Hub {
    /// Keeps what an agent tells of what its sources map, in the place of what its site told before.
    ///
    /// - Returns: a receipt of no replica: it acknowledges no change.
    /// - Throws: `request-invalid` for a report over its bounds, `agent-revoked`, or what the store throws.
    public func take(_ report: MappingReport, agent: AgentRecord, now: Timestamp) async throws -> Answer {
        try Self.checkNotRevoked(agent)
        if let excess = report.excess {
            throw HubError(
                .badRequest, "What the agent tells of its mappings has \(excess).", remedy: "Update the agent: it cuts what is longer.")
        }
        var mappings: [(row: MappingRow, mapping: [UInt8])] = []
        for source in report.sources {
            guard let id = SourceID(source.source) else {
                throw HubError(
                    .badRequest, "What the agent tells of its mappings names a source by no id.", remedy: "An id has 32 hexadecimal digits."
                )
            }
            let row = MappingRow(site: agent.site.number, source: id, name: source.name, at: now, hash: try source.contentHash())
            mappings.append((row, try source.json()))
        }
        let rows = mappings
        return try await queue.submit(bytes: rows.reduce(256) { $0 + $1.mapping.count }, to: self) { store, standing, _ in
            if let present = try store.agent(agent.key) { try Self.checkNotRevoked(present) }
            try store.replaceMappings(of: agent.site.number, with: rows)
            return .receipt(try self.receipt(nil, standing, store, now))
        }
    }
}

extension SourceMapping {
    /// `nil`: what another version of the hub wrote, which is shown as if nothing had been told until the agent tells it again.
    init?(json: [UInt8]) {
        guard let read = try? JSONDecoder().decode(SourceMapping.self, from: Data(json)) else { return nil }
        self = read
    }

    fileprivate func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return [UInt8](try encoder.encode(self))
    }

    /// Of what it maps, whatever source and name it stands for.
    fileprivate func contentHash() throws -> [UInt8] {
        var content = self
        (content.source, content.name) = ("", "")
        return Array(SHA256.hash(data: try content.json()))
    }
}
