import Capture
import ChangeSets

/// Which files are attached, under which names, with which mappings.
public struct SourceList: Sendable {
    let database: AgentDatabase
    let settings: AgentSettings

    public init(_ database: AgentDatabase) {
        self.database = database
        settings = AgentSettings(queue: database.queue)
    }

    public struct Entry: Hashable, Sendable {
        public var name: String
        public var file: String
        public var standing: AttachedSource.Standing
        public var problem: String?
        public var rowsSetAside: Int
        public var changesBeingRead: UInt64
    }

    /// By name.
    public func all() throws -> [Entry] {
        try AttachedSource.all(in: database).map {
            Entry(
                name: $0.name.string, file: $0.file, standing: $0.standing, problem: $0.problem, rowsSetAside: $0.rowsSetAside,
                changesBeingRead: $0.changesBeingRead)
        }
    }

    public func mapping(of name: String) throws -> MappingFile {
        guard let mapping = try mappings()[name] else {
            throw AgentError(
                .unknownSource, "No mapping is known for a source called \(name).",
                remedy: "See tributary-agent status for the names; attach the file with its mapping.")
        }
        return mapping
    }

    public func set(_ mapping: MappingFile?, of name: String) throws {
        var all = try mappings()
        all[name] = mapping
        try settings.write(.sources, all)
    }

    private func mappings() throws -> [String: MappingFile] { try settings.read(.sources) ?? [:] }
}
