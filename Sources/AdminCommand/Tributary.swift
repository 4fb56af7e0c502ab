import ArgumentParser

/// The operators' command: asks the hub over HTTP, from any machine.
struct Tributary: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tributary",
        abstract: "Look at and look after a Tributary hub: sites, customers, stock, orders, conflicts.",
        discussion: """
            On the hub's own machine, name its data folder; the hub's address and secret are found there:
              tributary status --data /var/lib/tributary-hub
            From elsewhere, log in once; or name both, best in the environment (TRIBUTARY_HUB, TRIBUTARY_TOKEN):
              tributary login --hub https://hub.example.com:8443
              tributary site add shop-1 --kind store --region north
              tributary profile find --email ada@example.com
              tributary stock show 85123A
            Listings take --json. Exit code 1: it could not be done; 2: it was asked for wrongly.
            """,
        version: "0.1.0",
        subcommands: [
            LoginCommand.self, LogoutCommand.self, StatusCommand.self, SiteCommand.self, ProfileCommand.self, IdentityCommand.self,
            QualityCommand.self, FlowCommand.self, StockCommand.self, BusinessCommand.self, OrderCommand.self, ConflictCommand.self,
            HistoryCommand.self, QuarantineCommand.self, PolicyCommand.self, AuditCommand.self, UserCommand.self, TokenCommand.self,
            CollectCommand.self,
            ChangeSetCommand.self,
        ])
}
