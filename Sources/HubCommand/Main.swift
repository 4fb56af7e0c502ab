import ArgumentParser
import Foundation
import HubRuntime
import HubServer

/// Runs the command and gives the promised exit codes: 0 done, 1 it could not be done, 2 it was asked for wrongly.
///
/// Every error is two lines on stderr: what is wrong, and what to do.
@main
struct Main {
    static func main() async {
        do {
            var command = try TributaryHub.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            leave(with: error)
        }
    }

    private static func leave(with error: any Error) -> Never {
        switch error {
        case let error as HubCommandError: complain(error.message, error.remedy)
        case let error as HubError: complain(error.message, error.remedy)
        case let error as HubServerError: complain(error.message, error.remedy)
        default: leave(asArgumentParserSays: error)
        }
        exit(1)
    }

    private static func leave(asArgumentParserSays error: any Error) -> Never {
        if TributaryHub.exitCode(for: error).isSuccess {
            print(TributaryHub.fullMessage(for: error))
            exit(0)
        }
        guard TributaryHub.exitCode(for: error) == .validationFailure else {
            complain("\(error)", "If this stays so, look at the disk and the log, then run tributary-hub verify.")
            exit(1)
        }
        let help = TributaryHub.fullMessage(for: error).split(separator: "\n").last { $0.contains("--help") || $0.contains(" -h ") }
        complain(TributaryHub.message(for: error), help.map { $0.trimmingCharacters(in: .whitespaces) } ?? "See tributary-hub --help.")
        exit(2)
    }

    private static func complain(_ message: String, _ remedy: String) {
        FileHandle.standardError.write(Data("tributary-hub: \(message)\n  \(remedy)\n".utf8))
    }
}

/// What could not be done, and what to do about it.
struct HubCommandError: Error {
    let message: String
    let remedy: String

    init(_ message: String, remedy: String) {
        self.message = message
        self.remedy = remedy
    }
}
