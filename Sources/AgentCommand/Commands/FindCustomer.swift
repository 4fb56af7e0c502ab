import AgentRuntime
import ArgumentParser
import Capture
import Foundation
import Logging

struct FindCustomer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "customer",
        abstract: "Who is this customer, and what did they buy, in all shops?",
        discussion: """
            Answers from this machine, with the age of the answer. What this site has not sent yet is shown beside.
            Ends with 1 when nobody is found.

              tributary-agent find customer --email anna@example.com
              tributary-agent find customer --phone "020 7946 0018" --json
            """)

    @OptionGroup var options: AgentOptions
    @Option(help: "E-mail address.") var email: String?
    @Option(help: "Phone number, with or without country code.") var phone: String?
    @Option(help: "Loyalty or customer id.") var id: String?
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard [email, phone, id].compactMap({ $0 }).count == 1 else { throw ValidationError("Give one of --email, --phone and --id.") }
    }

    private var lookUp: LookUp { email.map { .email($0) } ?? phone.map { .phone($0) } ?? .id(id ?? "") }

    func run() throws {
        let resolved = try options.resolved()
        _ = AgentOptions.logger(resolved.logLevel ?? .warning)
        let found = try LookUps(folder: resolved.folder).customers(lookUp)
        if json { return try CustomerOutput.printJSON(found) }
        CustomerOutput.tell(found)
        if found.findings.isEmpty { throw ExitCode(1) }
    }
}
