import Foundation
import Testing

@Suite("tributary login")
struct LoginTests {
    @Test("keeps address and secret, for their owner only; a refused one is not kept; logout forgets; the secret goes to no other hub")
    func login() async throws {
        let programs = try RealPrograms()
        let hub = try await programs.startHub()
        let home = ["HOME": programs.path("home"), "XDG_CONFIG_HOME": ""]
        let file = programs.path("home/.config/tributary/login.json")
        let refused = try programs.run("tributary", "login", "--hub", hub.address, "--token", "wrong", environment: home)
        #expect(refused.status == 1 && refused.complaintLines.count == 2 && !FileManager.default.fileExists(atPath: file))
        let without = try programs.run("tributary", "site", "list", environment: home)
        #expect(without.status == 1 && without.complaint.contains("tributary login"))
        let secret = try String(contentsOfFile: programs.path("hub/hub.secret"), encoding: .utf8)
        let kept = try programs.run("tributary", "login", "--hub", hub.address, environment: home, input: secret)
        #expect(kept.status == 0 && !kept.output.contains(secret.prefix(16)), "\(kept.complaint)")
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
        #expect(try programs.run("tributary", "site", "list", environment: home).status == 0)
        let elsewhere = try programs.run("tributary", "site", "list", "--hub", "http://127.0.0.1:9", environment: home)
        #expect(elsewhere.status == 1 && elsewhere.complaint.contains("No operators' secret"))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
        #expect(try programs.run("tributary", "site", "list", environment: home).complaint.contains("chmod 600"))
        #expect(try programs.run("tributary", "logout", environment: home).status == 0 && !FileManager.default.fileExists(atPath: file))
        #expect(try await hub.process.endPolitely() == 0)
    }
}
