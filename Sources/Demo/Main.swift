import Foundation

/// `make demo`: starts a hub and five agents as anybody would, plays a trading day, and checks its own claims.
@main
struct Main {
    static func main() async {
        RunningPrograms.stopOnSignals()
        let options = Options(CommandLine.arguments.dropFirst())
        let narrator = Narrator()
        let root = FileManager.default.temporaryDirectory.appending(path: "tributary-demo-\(ProcessInfo.processInfo.processIdentifier)")
        do {
            try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            var day: TradingDay?
            switch options.play {
            case .day: day = try await TradingDay(root: root, options: options, narrator: narrator)
            case .journey: try await Journey(root: root, options: options, narrator: narrator).travel()
            case .backlog: try await Backlog(root: root, options: options, narrator: narrator).clear()
            }
            try await day?.play()
            narrator.chapter(narrator.verdict)
            if let day, narrator.broken.isEmpty, isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 { await leaveRunning(day, root) }
        } catch {
            let failure = error as? DemoError ?? DemoError("\(error)", remedy: "Logs and files are in \(root.path).")
            FileHandle.standardError.write(Data("tributary-demo: \(failure.message)\n  \(failure.remedy)\n".utf8))
            RunningPrograms.stopAll()
            exit(1)
        }
        RunningPrograms.stopAll()
        if narrator.broken.isEmpty {
            try? FileManager.default.removeItem(at: root)
        } else {
            print("Files and logs are kept in \(root.path).")
        }
        exit(narrator.broken.isEmpty ? 0 : 1)
    }

    /// At a terminal the hub and the agents stay, to look around; Ctrl-C ends them.
    private static func leaveRunning(_ day: TradingDay, _ root: URL) async {
        print(
            """

            Everything still runs; look around in another terminal:
              \(day.programs.folder.path)/tributary status --data \(day.hub.folder.path)
              \(day.programs.folder.path)/tributary site list --data \(day.hub.folder.path)
              \(day.programs.folder.path)/tributary profile find --name Ada --data \(day.hub.folder.path)
              sqlite3 \(root.path)/camden/camden.db    (a till: sell something)
            Ctrl-C ends it and leaves the files in \(root.path).
            """)
        RunningPrograms.isWaitingForGoodbye.withLock { $0 = true }
        while true { try? await Task.sleep(for: .seconds(3600)) }
    }
}

/// `journey [--days N]` or `backlog [--rows N]`, `--csv FOLDER` (the real retailer's files) and `--mappings FOLDER`.
struct Options {
    var csv = "../shared/data/online-retail-uci"
    var mappings: String?
    enum Play {
        case day, journey, backlog
    }
    /// A trading day; the whole year through four tills; or one till's long queue.
    var play = Play.day
    /// Rows of the backlog.
    var rows = 500_000
    /// Days of the journey; `nil` for all.
    var days: Int?

    init(_ arguments: some Sequence<String>) {
        var rest = Array(arguments)[...]
        while let flag = rest.popFirst() {
            switch flag {
            case "--csv": csv = rest.popFirst() ?? csv
            case "--mappings": mappings = rest.popFirst()
            case "journey": play = .journey
            case "backlog": play = .backlog
            case "--rows": rows = rest.popFirst().flatMap { Int($0) } ?? rows
            case "--days": days = rest.popFirst().flatMap { Int($0) }
            default:
                FileHandle.standardError.write(
                    Data(
                        "tributary-demo: \(flag) is no option.\n  Options: journey, --days N, backlog, --rows N, --csv FOLDER, --mappings FOLDER. Without any it does what make demo does.\n"
                            .utf8))
                exit(2)
            }
        }
    }

    /// Where the mappings lie: given, or in the folder above the programs that has them.
    func mappingsFolder(near programs: URL) throws -> URL {
        if let mappings { return URL(filePath: mappings) }
        var folder = programs
        for _ in 0..<6 {
            let candidate = folder.appending(path: "agent/mappings")
            if FileManager.default.fileExists(atPath: candidate.appending(path: "simple-shop.yaml").path) { return candidate }
            folder = folder.deletingLastPathComponent()
        }
        throw DemoError("The folder agent/mappings was not found.", remedy: "Run make demo in the repository, or pass --mappings FOLDER.")
    }
}
