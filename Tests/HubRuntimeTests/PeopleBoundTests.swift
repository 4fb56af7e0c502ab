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

    @Test("After some failures a name waits, twice as long each time, up to a bound, and not a millisecond less")
    func waiting() {
        var doorman = SignInGuard()
        var now = TestHub.start
        func wait() -> UInt64 { doorman.begin("ann", isKnown: true, at: now) }
        for _ in 0..<SignInGuard.freeFailures { #expect(wait() == 0) }
        for doublings in 0..<13 as Range<UInt64> {
            let expected = min(1_000 << doublings, SignInGuard.waitMillisecondsMax)
            #expect(wait() == expected)
            now = now.advanced(byMilliseconds: expected - 1)
            #expect(wait() == 1)
            now = now.advanced(byMilliseconds: 1)
            #expect(wait() == 0)
        }
        #expect(wait() == SignInGuard.waitMillisecondsMax)
    }

    @Test(
        "A session that nobody uses ends after its time, and one that is used after a longer one; not a millisecond earlier",
        arguments: [0, 1])
    func sessions(more: UInt64) async throws {
        let bench = try await TestHub()
        let start = bench.now
        let first = try await bench.hub.addUser(UserQuestion(name: "ann", role: .viewer, author: "bob"), now: start)
        let unused = try await bench.hub.signIn(name: "ann", password: first.password, now: start)
        let used = try await bench.hub.signIn(name: "ann", password: first.password, now: start)
        func isOpen(_ token: String, isUse: Bool, after milliseconds: UInt64) async throws -> Bool {
            try await bench.hub.session(bearing: token, isUse: isUse, now: start.advanced(byMilliseconds: milliseconds)) != nil
        }
        // A page that keeps itself fresh is no use.
        #expect(try await isOpen(unused, isUse: false, after: Hub.sessionIdleMillisecondsMax - 1))
        #expect(try await isOpen(unused, isUse: false, after: Hub.sessionIdleMillisecondsMax + more) == (more == 0))
        for after in stride(from: UInt64(3_600_000), to: Hub.sessionMillisecondsMax, by: 3_600_000) {
            #expect(try await isOpen(used, isUse: true, after: after))
        }
        #expect(try await isOpen(used, isUse: true, after: Hub.sessionMillisecondsMax + more) == (more == 0))
    }
}
