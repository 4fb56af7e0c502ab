import AgentRuntime
import ArgumentParser
import Logging

struct FindStock: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stock",
        abstract: "How many of an item are where?",
        discussion: """
            Answers from this machine, with the age of the answer. What this site has sold and not sent yet is counted.
            Ends with 1 when no stock of it is known.

              tributary-agent find stock --sku 85123A
            """)

    @OptionGroup var options: AgentOptions
    @Option(help: "The item's number.") var sku: String
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let resolved = try options.resolved()
        _ = AgentOptions.logger(resolved.logLevel ?? .warning)
        let found = try LookUps(folder: resolved.folder).stock(sku: sku)
        if json { return try StockOutput.printJSON(found) }
        StockOutput.tell(found, sku: sku)
        if found.findings.isEmpty { throw ExitCode(1) }
    }
}
