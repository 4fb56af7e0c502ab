import Foundation
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

    @Test("every corpus has a reader")
    func corporaAreRead() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.corpora.path)
        #expect(Set(folders).isSubset(of: FuzzedReader.all.map { $0.name }))
    }

    private static let corpora = Repository.root.appendingPathComponent("Tests/Fuzz/Corpora")
}
