import Capture
import ChangeSets
import Foundation

/// The mapping of one source: the file that the operator named, and its text as it was last in force.
public struct MappingFile: Codable, Hashable, Sendable {
    public var path: String
    public var text: String

    static let bytesMax = 1 << 20

    public static func read(_ path: String) throws -> MappingFile {
        let absolute = URL(fileURLWithPath: (path as NSString).expandingTildeInPath).standardizedFileURL.path
        guard let data = FileManager.default.contents(atPath: absolute) else {
            throw AgentError(
                .configuration, "The mapping \(absolute) cannot be read.", remedy: "Check the path given with --mapping, and its rights.")
        }
        guard data.count <= bytesMax, let text = String(data: data, encoding: .utf8) else {
            throw AgentError(
                .configuration, "\(absolute) is no mapping: too large, or not UTF-8 text.",
                remedy: "Name a YAML file such as those in agent/mappings/.")
        }
        return MappingFile(path: absolute, text: text)
    }

    /// The file as it is now; when it is gone, as it last was.
    public func refreshed() -> MappingFile { (try? Self.read(path)) ?? self }

    /// Reads the mapping and holds it against the application's file.
    ///
    /// - Throws: `MappingError` with every problem and its place, `CaptureError` for the application's file.
    public func checked(against file: String, settings: CaptureSettings = CaptureSettings()) throws -> CheckedMapping {
        let mapping = try Mapping.parse(yaml: text, file: path)
        return try mapping.checked(against: try SourceSchema.read(file: file, settings: settings))
    }
}
