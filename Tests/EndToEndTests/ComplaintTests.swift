import Foundation
import Testing

@Suite("What the real programs say when something is wrong", .serialized)
struct ComplaintTests {
    @Test("an unknown token: two lines, exit 1, and nothing is enrolled")
    func token() async throws {
        let programs = try RealPrograms()
        let hub = try await programs.startHub()
        let refused = try programs.run(
            "tributary-agent", "enroll", "--hub", hub.address, "--token", "nonsense", "--data", programs.path("shop"))
        #expect(refused.status == 1 && refused.complaintLines.count == 2, "\(refused.complaint)")
        #expect(refused.complaint.contains("does not know this token") && refused.complaint.contains("tributary site add"))
        #expect(try await hub.process.endPolitely() == 0)
    }

    @Test("a wrong address, with nobody there or another web server: two lines and exit 1")
    func address() async throws {
        let programs = try RealPrograms()
        let nobody = try programs.run(
            "tributary-agent", "enroll", "--hub", "http://127.0.0.1:9", "--token", "t", "--data", programs.path("shop"))
        #expect(nobody.status == 1 && nobody.complaintLines.count == 2, "\(nobody.complaint)")
        let portal = try Portal()
        for program in ["tributary-agent", "tributary"] {
            let fooled =
                program == "tributary"
                ? try programs.run(program, "status", "--hub", portal.address, "--token", "t")
                : try programs.run(program, "enroll", "--hub", portal.address, "--token", "t", "--data", programs.path("shop"))
            #expect(fooled.status == 1 && fooled.complaintLines.count == 2, "\(program): \(fooled.complaint)")
            #expect(!fooled.complaint.contains("<html>"))
        }
    }

    @Test("a wrong operators' secret, a folder without a hub, a hub that does not run: two lines and exit 1")
    func operators() async throws {
        let programs = try RealPrograms()
        let none = try programs.run("tributary-hub", "serve", "--data", programs.path("nothing"))
        #expect(none.status == 1 && none.complaintLines.count == 2 && none.complaint.contains("tributary-hub init"))
        let hub = try await programs.startHub()
        let stranger = try programs.run("tributary", "status", "--hub", hub.address, "--token", "wrong")
        #expect(stranger.status == 1 && stranger.complaintLines.count == 2 && stranger.complaint.contains("hub.secret"))
        let second = try programs.run("tributary-hub", "serve", "--data", programs.path("hub"), "--listen", "127.0.0.1:0")
        #expect(second.status == 1 && second.complaint.contains("A hub runs on"))
        #expect(try await hub.process.endPolitely() == 0)
        let gone = try programs.run("tributary", "status", "--data", programs.path("hub"))
        #expect(gone.status == 1 && gone.complaint.contains("No hub runs on"))
    }

    @Test("plain HTTP beyond this machine has to be asked for by name")
    func plainHTTP() throws {
        let programs = try RealPrograms()
        #expect(try programs.run("tributary-hub", "init", "--data", programs.path("hub")).status == 0)
        let open = try programs.run("tributary-hub", "serve", "--data", programs.path("hub"), "--listen", "0.0.0.0:0")
        #expect(open.status == 1 && open.complaint.contains("--allow-plain-http"))
    }

    @Test(
        "usage errors end with 2 and name the help",
        arguments: [
            ["tributary", "site", "add"], ["tributary", "profile", "find"], ["tributary-hub", "serve", "--listen", "nowhere"],
            ["tributary-hub", "frob"],
        ])
    func usage(words: [String]) throws {
        let programs = try RealPrograms()
        let outcome = try programs.run(words: words)
        #expect(outcome.status == 2 && outcome.complaintLines.count == 2 && outcome.complaint.contains("--help"), "\(outcome.complaint)")
    }

    @Test("a setting that does not exist is refused with line and column")
    func settings() throws {
        let programs = try RealPrograms()
        try "data: /tmp/x\nlisen: 127.0.0.1:1\n".write(toFile: programs.path("hub.yaml"), atomically: true, encoding: .utf8)
        let refused = try programs.run("tributary-hub", "serve", "--config", programs.path("hub.yaml"))
        #expect(refused.status == 1 && refused.complaint.contains("hub.yaml:2:1: there is no setting \"lisen\""), "\(refused.complaint)")
    }

    @Test("an agent's settings of the most bytes are read; what is a byte longer, or no text, is no configuration", arguments: [0, 1])
    func settingsBytes(more: Int) throws {
        let programs = try RealPrograms()
        let setting = "data: \(programs.path("shop-1"))\n#"
        let file = programs.path("agent.yaml")
        try Data(setting.utf8 + [UInt8](repeating: UInt8(ascii: " "), count: (1 << 20) + more - setting.utf8.count))
            .write(to: URL(filePath: file))
        let words = more == 0 ? "There is no agent in \(programs.path("shop-1"))" : "agent.yaml is no configuration"
        let told = try programs.run("tributary-agent", "status", "--config", file)
        #expect(told.status == 1 && told.complaintLines.count == 2 && told.complaint.contains(words), "\(told.complaint)")
        try Data([0x23, 0xFF]).write(to: URL(filePath: file))
        let refused = try programs.run("tributary-agent", "status", "--config", file)
        #expect(refused.status == 1 && refused.complaint.contains("agent.yaml is no configuration"), "\(refused.complaint)")
    }

    @Test("changeset dump shows every valid vector as the document that the specification means, and names what is wrong with the others")
    func dump() throws {
        let programs = try RealPrograms()
        let vectors = RealPrograms.repository.appending(path: "protocol/vectors")
        let valid = try FileManager.default.contentsOfDirectory(at: vectors.appending(path: "valid"), includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "changeset" }
        #expect(!valid.isEmpty)
        for file in valid {
            let dumped = try programs.run("tributary", "changeset", "dump", file.path)
            var shown = try #require(
                try JSONSerialization.jsonObject(with: Data(dumped.output.utf8)) as? [String: Any], "\(file.lastPathComponent)")
            shown["hash"] = nil
            let meant = try #require(
                try JSONSerialization.jsonObject(with: Data(contentsOf: file.deletingPathExtension().appendingPathExtension("json")))
                    as? [String: Any])
            #expect(NSDictionary(dictionary: shown) == NSDictionary(dictionary: meant), "\(file.lastPathComponent)")
        }
        let invalid = try FileManager.default.contentsOfDirectory(at: vectors.appending(path: "invalid"), includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "changeset" }
        for file in invalid {
            let refused = try programs.run("tributary", "changeset", "dump", file.path)
            // A signature needs the agent's key, which a dump has not: such a file still reads.
            let code = try String(contentsOf: file.deletingPathExtension().appendingPathExtension("error"), encoding: .utf8)
            let needsKey = code.contains("signature-invalid")
            #expect(
                needsKey || (refused.status == 1 && refused.complaintLines.count == 2), "\(file.lastPathComponent): \(refused.complaint)")
        }
    }
}

extension RealPrograms {
    func run(words: [String]) throws -> Outcome {
        switch words.count {
        case 2: try run(words[0], words[1])
        case 3: try run(words[0], words[1], words[2])
        default: try run(words[0], words[1], words[2], words[3])
        }
    }
}
