import ArgumentParser
import Complaints
import Foundation

struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Keep a hub's address and secret for the other commands.",
        discussion: """
            Asks the hub first, and keeps nothing that it refuses. Without --token the secret is read from the terminal, or from stdin:
              ssh hub cat /var/lib/tributary-hub/hub.secret | tributary login --hub https://hub.example.com:8443
            It is kept in ~/.config/tributary/login.json (or under XDG_CONFIG_HOME), readable by you only, until tributary logout.
            """)

    @OptionGroup var hub: HubOptions

    mutating func run() async throws {
        if hub.token == nil, ProcessInfo.processInfo.environment["TRIBUTARY_TOKEN"] == nil, hub.folder == nil {
            hub.token = try Self.askedFor()
        }
        let (address, secret) = try hub.named(besides: nil)
        let connection = HubConnection(address: address, secret: secret)
        _ = try await connection.get("status")
        try Login(hub: connection.address, token: secret, allowsPlainHTTP: hub.allowPlainHttp).write(Login.file())
        print("Logged in at \(connection.address); kept in \(Login.file().path).")
    }

    /// At a terminal without showing it, else the first line of stdin.
    private static func askedFor() throws -> String {
        let line = isatty(STDIN_FILENO) == 1 ? getpass("The line of the hub's hub.secret: ").map { String(cString: $0) } : readLine()
        guard let secret = line?.trimmingCharacters(in: .whitespaces), !secret.isEmpty else {
            throw Complaint("No operators' secret was given.", remedy: "Pass --token, or the line of hub.secret on stdin.")
        }
        return secret
    }
}

struct LogoutCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout", abstract: "Forget what tributary login kept.", discussion: "Example: tributary logout")

    mutating func run() throws {
        let file = Login.file()
        guard FileManager.default.fileExists(atPath: file.path) else { return print("Nobody was logged in.") }
        do { try FileManager.default.removeItem(at: file) } catch {
            throw Complaint("\(file.path) cannot be removed: \(error.localizedDescription)", remedy: "Remove it by hand.")
        }
        print("Logged out.")
    }
}
