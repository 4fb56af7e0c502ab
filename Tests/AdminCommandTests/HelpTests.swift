import ArgumentParser
import Testing

@testable import AdminCommand

@Suite("The help of tributary's commands")
struct HelpTests {
    private func leaves(of command: any ParsableCommand.Type, _ path: String) -> [(path: String, discussion: String)] {
        let configuration = command.configuration
        guard !configuration.subcommands.isEmpty else { return [(path, configuration.discussion)] }
        return configuration.subcommands.flatMap { leaves(of: $0, "\(path) \($0._commandName)") }
    }

    @Test("every command that does something shows how it is called")
    func examples() {
        let leaves = self.leaves(of: Tributary.self, "tributary")
        #expect(leaves.count > 40)
        for (path, discussion) in leaves { #expect(discussion.contains(path), "\(path)") }
    }

    @Test("the help of what is called in a hurry fits a terminal of 80 columns as it is written", arguments: ["flow", "quarantine"])
    func width(command: String) {
        let leaves = self.leaves(of: Tributary.self, "tributary").filter { $0.path.hasPrefix("tributary \(command)") }
        #expect(!leaves.isEmpty)
        for (path, discussion) in leaves {
            #expect(discussion.split(separator: "\n").allSatisfy { $0.count < 78 }, "\(path)")
        }
    }
}
