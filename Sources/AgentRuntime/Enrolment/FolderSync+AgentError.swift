import Folders

extension FolderSync {
    /// As the agent tells it.
    static func sync(_ folder: String) throws(AgentError) {
        do { try sync(folder: folder) } catch { throw AgentError(.dataFolder, error.message, remedy: error.remedy) }
    }
}
