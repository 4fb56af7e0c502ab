import AgentRuntime
import ArgumentParser

struct Find: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look up a customer or an item's stock, without a line.",
        subcommands: [FindCustomer.self, FindStock.self])
}
