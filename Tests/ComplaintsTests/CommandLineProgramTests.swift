import ArgumentParser
import Testing

@testable import Complaints

struct CommandLineProgramTests {
    private struct Tool: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "tool", version: "1")

        enum Colour: String, ExpressibleByArgument, CaseIterable { case red, green }

        @Option var colour: Colour
        @Flag var isStuck = false

        mutating func run() async throws {
            if isStuck { throw Complaint("It is\nstuck.", remedy: "Push.") }
        }
    }

    private let program = CommandLineProgram(Tool.self)

    private func end(_ arguments: String...) -> CommandLineProgram<Tool>.End {
        do {
            var command = try Tool.parseAsRoot(arguments)
            try command.run()
            return .init(code: 0)
        } catch { return program.end(for: error) }
    }

    @Test("what was asked for wrongly ends with 2, in two lines that name the help", arguments: [[], ["--colour", "blue"], ["--frob"]])
    func misuse(arguments: [String]) throws {
        do {
            _ = try Tool.parseAsRoot(arguments)
            Issue.record("parsed")
        } catch {
            let end = program.end(for: error)
            #expect(end.code == 2 && end.output.isEmpty)
            let lines = try #require(end.complaints.first).lines(program: "tool").split(separator: "\n")
            #expect(lines.count == 2 && lines[0].hasPrefix("tool: ") && lines[1].contains("--help"), "\(lines)")
        }
    }

    @Test("help and version are no errors")
    func help() {
        #expect(end("--help").code == 0 && end("--help").output.contains("USAGE: tool") && end("--help").complaints.isEmpty)
        #expect(end("--version").output == "1")
    }

    @Test("a complaint is two lines with the program's name, and ends with 1")
    func complaint() async {
        let end = program.end(for: Complaint("It is\nstuck.", remedy: "Push."))
        #expect(end.code == 1 && end.complaints.map { $0.lines(program: "tool") } == ["tool: It is stuck.\n  Push.\n"])
        #expect(await program.run(["--colour", "red"]) == 0)
    }

    @Test("an error is told in the words of the program's own modules, and a foreign one still ends with 1 and a remedy")
    func errors() {
        struct Own: Error {}
        struct Foreign: Error {}
        let told = CommandLineProgram(Tool.self) {
            $0 is Own ? [Complaint("First.", remedy: "A."), Complaint("Second.", remedy: "B.")] : []
        }
        #expect(told.end(for: Own()).complaints.map(\.message) == ["First.", "Second."])
        #expect(told.end(for: Foreign()).code == 1 && told.end(for: Foreign()).complaints.first?.remedy.contains("report") == true)
        #expect(told.end(for: ExitCode(1)).code == 1 && told.end(for: ExitCode(1)).complaints.isEmpty)
    }
}
