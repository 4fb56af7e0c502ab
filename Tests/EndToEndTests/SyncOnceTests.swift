import Foundation
import Testing

@Suite("One sync and done")
struct SyncOnceTests {
    @Test("beside a till that never pauses it ends, with all sent that was there when it began")
    func busy() async throws {
        let programs = try RealPrograms()
        let hub = try await programs.startHub()
        try programs.join("shop-1", at: hub.address)
        try programs.makeTill("till.db")
        try programs.attach("till.db", to: "shop-1")
        let before = 20
        for number in 1...before { try programs.sell("till.db", number: "S-\(number)", sku: "MUG", quantity: 1) }
        let till = Task.detached {
            var number = before
            while !Task.isCancelled {
                number += 1
                try programs.sell("till.db", number: "S-\(number)", sku: "MUG", quantity: 1)
            }
            return number - before
        }
        let sync = try programs.start("tributary-agent", "sync", "--data", programs.path("shop-1"))
        let ended = try await programs.eventually { !sync.isRunning }
        if !ended { sync.terminate() }
        sync.waitUntilExit()
        till.cancel()
        #expect(try await till.value > 0)
        #expect(ended && sync.terminationStatus == 0)
        let sold = try programs.stock("MUG").split(separator: " ").lazy.compactMap { Int($0) }.first
        #expect(try #require(sold) <= -before)
        #expect(try await hub.process.endPolitely() == 0)
    }
}
