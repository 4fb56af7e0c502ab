import ArgumentParser
import Foundation

/// Runs a command line the way all of ours end: 0 done, 1 it could not be done, 2 it was asked for wrongly.
///
/// Every error is two lines on stderr: what is wrong, and what to do.
public struct CommandLineProgram<Root: AsyncParsableCommand>: Sendable {
    private let name: String
    private let explain: @Sendable (any Error) -> [Complaint]

    /// - Parameter explain: an error of the program's own modules in an operator's words. Empty: it is none of theirs.
    public init(_ root: Root.Type, explain: @escaping @Sendable (any Error) -> [Complaint] = { _ in [] }) {
        name = Root.configuration.commandName ?? "\(Root.self)".lowercased()
        self.explain = explain
    }

    /// Runs what the arguments ask for (`nil`: those of the process), and says on stderr why it could not.
    ///
    /// - Returns: the exit code.
    public func run(_ arguments: [String]? = nil) async -> Int32 {
        do {
            var command = try Root.parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            let end = end(for: error)
            if !end.output.isEmpty { print(end.output) }
            FileHandle.standardError.write(Data(end.complaints.map { $0.lines(program: name) }.joined().utf8))
            return end.code
        }
    }

    struct End {
        var code: Int32
        var output = ""
        var complaints: [Complaint] = []
    }

    func end(for error: any Error) -> End {
        // A command that has said all there is to say, like `status`.
        if let code = error as? ExitCode { return End(code: code.rawValue) }
        let code = Root.exitCode(for: error)
        if code.isSuccess { return End(code: 0, output: Root.fullMessage(for: error)) }
        if code == .validationFailure { return End(code: 2, complaints: [misuse(error)]) }
        if let complaint = error as? Complaint { return End(code: 1, complaints: [complaint]) }
        let complaints = explain(error)
        let unforeseen = Complaint("\(error)", remedy: "\(name) did not expect this: please report it with this line.")
        return End(code: 1, complaints: complaints.isEmpty ? [unforeseen] : complaints)
    }

    private func misuse(_ error: any Error) -> Complaint {
        let help = Root.fullMessage(for: error).split(separator: "\n").last { $0.contains("--help") || $0.contains(" -h ") }
        return Complaint(Root.message(for: error), remedy: help.map(String.init) ?? "See '\(name) --help' for more information.")
    }
}
