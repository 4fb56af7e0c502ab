import ArgumentParser
import Foundation

/// Runs the command and gives the promised exit codes: 0 done, 1 it could not be done, 2 it was asked for wrongly.
///
/// Every error is two lines on stderr: what is wrong, and what to do.
@main
struct Main {
    static func main() async {
        do {
            var command = try Tributary.parseAsRoot()
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
        if let error = error as? AdminError {
            complain(error.message, error.remedy)
            exit(1)
        }
        if Tributary.exitCode(for: error).isSuccess {
            print(Tributary.fullMessage(for: error))
            exit(0)
        }
        let help = Tributary.fullMessage(for: error).split(separator: "\n").last { $0.contains("--help") || $0.contains(" -h ") }
        complain(Tributary.message(for: error), help.map { $0.trimmingCharacters(in: .whitespaces) } ?? "See tributary --help.")
        exit(2)
    }

    private static func complain(_ message: String, _ remedy: String) {
        FileHandle.standardError.write(Data("tributary: \(message)\n  \(remedy)\n".utf8))
    }
}

/// What could not be done, and what to do about it.
struct AdminError: Error {
    let message: String
    let remedy: String

    init(_ message: String, remedy: String) {
        self.message = message
        self.remedy = remedy
    }
}
