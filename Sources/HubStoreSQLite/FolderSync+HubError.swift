import Folders
import Foundation
import HubRuntime

extension FolderSync {
    /// As the hub tells it.
    ///
    /// - Parameter path: a file in the folder.
    static func sync(_ path: String) throws(HubError) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        do { try sync(folder: folder) } catch { throw HubError(.storageFailed, error.message, remedy: error.remedy) }
    }
}
