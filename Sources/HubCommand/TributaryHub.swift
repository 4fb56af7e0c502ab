import ArgumentParser

struct TributaryHub: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tributary-hub",
        abstract: "Merge what many sites send into one view of customers and stock.",
        discussion: """
            A hub lives in one data folder:
              tributary-hub init --data /var/lib/tributary-hub
              tributary-hub serve --data /var/lib/tributary-hub --listen 127.0.0.1:8080
            Add a site from a second terminal (it prints the token that the site's agent enrols with):
              tributary site add shop-1 --kind store --data /var/lib/tributary-hub
            Flags beat the environment (TRIBUTARY_HUB_DATA, _LISTEN, _LOG_LEVEL, _ALLOW_PLAIN_HTTP), which beats the YAML file
            of --config or TRIBUTARY_HUB_CONFIG. Exit code 1: it could not be done; 2: it was asked for wrongly.
            """,
        version: "0.1.0",
        subcommands: [Initialize.self, Serve.self, Verify.self, Backup.self, Restore.self, MatchCommand.self])
}
