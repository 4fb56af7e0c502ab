import Foundation
import GRDB

/// Small things that the agent remembers by name, as JSON, in `agent.db`.
public struct AgentSettings: Sendable {
    let queue: DatabaseQueue

    public init(queue: DatabaseQueue) { self.queue = queue }

    public func read<Content: Decodable>(_ name: Name, as type: Content.Type = Content.self) throws -> Content? {
        try queue.read { try Self.read(name, as: type, in: $0) }
    }

    static func read<Content: Decodable>(_ name: Name, as type: Content.Type = Content.self, in db: Database) throws -> Content? {
        let data = try Data.fetchOne(db, sql: "SELECT value FROM agent_setting WHERE name = ?", arguments: [name.rawValue])
        return data.flatMap { try? JSONDecoder().decode(Content.self, from: $0) }
    }

    public func write(_ name: Name, _ content: some Encodable) throws { try queue.write { try Self.write(name, content, in: $0) } }

    static func write(_ name: Name, _ content: some Encodable, in db: Database) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try db.execute(
            sql: "INSERT INTO agent_setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            arguments: [name.rawValue, try encoder.encode(content)])
    }

    public func remove(_ name: Name) throws {
        try queue.write { try $0.execute(sql: "DELETE FROM agent_setting WHERE name = ?", arguments: [name.rawValue]) }
    }

    public enum Name: String, Sendable { case membership, health, sources, lost, postedMustRecover, mappingsTold }
}
