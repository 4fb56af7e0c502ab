import Folders
import Foundation
import Testing

struct FolderSyncTests {
    @Test("the names in a folder are brought to the disk; a folder that is not there, and a file, are told")
    func told() throws {
        let folder = URL.temporaryDirectory.appending(path: "folders-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try FolderSync.sync(folder: folder.path)
        let missing = folder.appending(path: "none").path
        let error = #expect(throws: FolderError.self) { try FolderSync.sync(folder: missing) }
        #expect(error?.message == "What was written to \(missing) could not be brought to its disk: No such file or directory.")
        let file = folder.appending(path: "file").path
        try Data().write(to: URL(filePath: file))
        #expect(throws: FolderError.self) { try FolderSync.sync(folder: file) }
    }
}
