import HubTestSupport
import Testing

@testable import HubRuntime

@Suite("Bounds of people")
struct PeopleBoundTests {
    @Test("A password has as many characters as one may have, not one less and not one more")
    func passwordCharacters() async throws {
        let bench = try await TestHub()
        let first = try await bench.hub.addUser(UserQuestion(name: "ann", role: .viewer, author: "bob"), now: bench.now)
        let token = try await bench.hub.signIn(name: "ann", password: first.password, now: bench.now)
        let session = try #require(try await bench.hub.session(bearing: token, now: bench.now))
        func code(from old: String, to new: String) async throws -> HubError.Code? {
            do {
                try await bench.hub.changePassword(session, from: old, to: new, now: bench.now)
                return nil
            } catch let error as HubError { return error.code }
        }
        func password(_ count: Int) -> String { String(String(repeating: "grüne Wolke ", count: 20).prefix(count)) }
        #expect(try await code(from: first.password, to: password(Hub.passwordCharactersMin - 1)) == .weakPassword)
        #expect(try await code(from: first.password, to: password(Hub.passwordCharactersMax + 1)) == .weakPassword)
        #expect(try await code(from: first.password, to: password(Hub.passwordCharactersMin)) == nil)
        #expect(try await code(from: password(Hub.passwordCharactersMin), to: password(Hub.passwordCharactersMax)) == nil)
    }
}
