import AgentRuntime
import ArgumentParser

struct TributaryAgent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tributary-agent",
        abstract: "Captures an application's changes beside it, sends them to the hub, and answers look-ups without a line.",
        discussion: """
            A first time, from a token of the hub's operator to a running agent:

              tributary-agent enroll --hub https://hub.example.com:8443 --token TOKEN
              tributary-agent attach /opt/till/till.db --as till --mapping open-source-pos.yaml
              tributary-agent run

            Flags beat the environment, which beats the YAML file. Exit code 1: it could not be done, or something needs a look;
            2: it was asked for wrongly.
            """,
        version: Agent.version,
        subcommands: [
            Enroll.self, Attach.self, Detach.self, Scan.self, Run.self, Sync.self, Status.self, Doctor.self, Salvage.self, Find.self,
        ])
}
