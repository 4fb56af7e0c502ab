import Foundation

/// Which histories run just now, as empty files that bear their seeds' numbers: where a trap ends the process, nobody else can say.
struct SeedsUnderWay: Sendable {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("tributary-seeds-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // scripts/run-tests and scripts/simulate look for this line.
        print("seeds under way: \(folder.path)")
    }

    func begins(_ seed: UInt64) throws { try Data().write(to: folder.appendingPathComponent("\(seed)")) }

    func ends(_ seed: UInt64) throws { try FileManager.default.removeItem(at: folder.appendingPathComponent("\(seed)")) }

    func endsAll() throws { try FileManager.default.removeItem(at: folder) }
}
