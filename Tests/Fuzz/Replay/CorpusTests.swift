import Foundation
import HubRuntime
import HubTestSupport
import Testing

@Suite("Whatever comes from outside is read or refused")
struct CorpusTests {
    @Test("what fuzzing has found, and what it starts from, keeps every promise", arguments: FuzzedReader.all)
    func replay(reader: FuzzedReader) async throws {
        var inputs = try reader.seeds().enumerated().map { (name: "seed \($0)", bytes: $1) }
        let folder = Self.corpora.appendingPathComponent(reader.name)
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.sorted() ?? [] {
            inputs.append((name, [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))))
        }
        #expect(!inputs.isEmpty)
        for (name, bytes) in inputs {
            do { try await reader.read(bytes) } catch { Issue.record("\(reader.name), \(name): \(error)") }
        }
    }

    @Test("what asks a hub starts from every route of it, but for backups and what is live")
    func routesAreAsked() async throws {
        let hub = FuzzedHub()
        #expect(try await hub.unasked(.post, by: HubQuestions.posted.map(\.address)) == [])
        #expect(try await hub.unasked(.get, by: HubQuestions.asked) == [])
    }

    @Test("the hub that is asked holds a conflict of each kind, and whoever decides")
    func hubIsFilled() async throws {
        let filled = try await FilledHub.made()
        let copy = try await filled.copy()
        let kinds = Set(try await copy.hub.conflicts(now: TestHub.start).map(\.kind))
        #expect(kinds == Set(ConflictAnswer.Kind.allCases))
        for kind in kinds { #expect(filled.words[kind.rawValue] != nil) }
        #expect(try await copy.hub.users().map(\.name) == ["anna", "ben"])
        await copy.hub.stop()
    }

    @Test("words in braces are put in, and other braces stay as they are")
    func words() async throws {
        let filled = try await FilledHub.made()
        let spelt = filled.spelt(Array(#"{"id":"{customer}",{order{order}}{"#.utf8)) { "<\($0)>" }
        let (ann, order) = (filled.words["customer"] ?? "", filled.words["order"] ?? "")
        #expect(String(decoding: spelt, as: UTF8.self) == #"{"id":"<\#(ann)>",{order<\#(order)>}{"#)
    }

    @Test("every corpus has a reader")
    func corporaAreRead() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.corpora.path)
        #expect(Set(folders).isSubset(of: FuzzedReader.all.map { $0.name }))
    }

    private static let corpora = Repository.root.appendingPathComponent("Tests/Fuzz/Corpora")
}
