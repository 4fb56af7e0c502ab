import Foundation

/// A folder of a test's own, removed when the last reference to it goes.
///
/// In memory where the machine has `/dev/shm`, so that thousands of seeds with real files stay quick.
public final class TemporaryFolder: Sendable {
    public let path: String

    public init(_ label: String = "tributary-test") throws {
        let base = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        path = base + "/\(label)-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    public func file(_ name: String) -> String { path + "/" + name }

    /// Copies a folder's files as they are on disk now: what a power cut or a backup would find.
    public static func copy(_ from: String, to: String) throws {
        try? FileManager.default.removeItem(atPath: to)
        try FileManager.default.copyItem(atPath: from, toPath: to)
    }
}
