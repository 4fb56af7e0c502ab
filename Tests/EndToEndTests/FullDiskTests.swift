import Foundation
import Testing

@Suite("A full disk, of the agent and of the hub", .serialized, .enabled(if: SmallDisk.canMount, "mounting a small file system needs root"))
struct FullDiskTests {
    @Test("the agent's disk: told as the agent's, also by status; the till sells on, and everything arrives once there is room")
    func agent() async throws {
        let programs = try RealPrograms()
        let disk = try SmallDisk(in: programs.folder, megabytes: 4)
        let hub = try await programs.startHub()
        let shop = disk.path("shop")
        try programs.join("shop-1", at: hub.address, folder: shop)
        try programs.makeTill("till.db")
        try programs.attach("till.db", to: shop)
        try programs.sell("till.db", number: "S-1", sku: "A1", quantity: 1)
        #expect(try programs.run("tributary-agent", "sync", "--data", shop).status == 0)
        try disk.fill()
        for number in 2...9 { try programs.sell("till.db", number: "S-\(number)", sku: "A1", quantity: 1) }
        let full = try programs.run("tributary-agent", "sync", "--data", shop)
        #expect(full.status == 1 && (full.output + full.complaint).contains("The disk of the agent's"), "\(full.output)\(full.complaint)")
        #expect(!(full.output + full.complaint).contains("disk of \(programs.path("till.db"))"))
        let status = try programs.run("tributary-agent", "status", "--data", shop)
        let told = status.output + status.complaint
        #expect(status.status == 1 && told.contains("The disk of the agent's folder") && told.contains("Make room"), "\(told)")
        #expect(try programs.stock("A1") == "A1: -1 on hand")
        try disk.makeRoom()
        #expect(try programs.run("tributary-agent", "sync", "--data", shop).status == 0)
        #expect(try programs.stock("A1") == "A1: -9 on hand")
        #expect(try await hub.process.endPolitely() == 0)
    }

    @Test("the hub's disk: pushes are refused and nothing else, status says why, and everything arrives once there is room")
    func hub() async throws {
        let programs = try RealPrograms()
        let disk = try SmallDisk(in: programs.folder, megabytes: 8)
        let folder = disk.path("hub")
        let hub = try await programs.startHub(folder)
        try programs.join("shop-1", at: hub.address, hub: folder)
        try programs.makeTill("till.db")
        try programs.attach("till.db", to: "shop-1")
        try disk.fill()
        for number in 1...3 { try programs.sell("till.db", number: "S-\(number)", sku: "A1", quantity: 1) }
        let refused = try programs.run("tributary-agent", "sync", "--data", programs.path("shop-1"))
        #expect(refused.status == 1 && refused.complaint.contains("disk of the hub's data folder"))
        let status = try programs.run("tributary", "status", "--data", folder)
        #expect(status.output.contains("! The last commit failed.") && status.output.contains("Free some space"), "\(status.output)")
        let second = try programs.run("tributary-hub", "init", "--data", disk.path("second"))
        #expect(second.status == 1 && second.complaintLines.count == 2)
        try disk.makeRoom()
        #expect(try programs.run("tributary-agent", "sync", "--data", programs.path("shop-1")).status == 0)
        #expect(try programs.stock("A1", hub: folder) == "A1: -3 on hand")
        #expect(try !programs.run("tributary", "status", "--data", folder).output.contains("The last commit failed."))
        #expect(try await hub.process.endPolitely() == 0)
        #expect(try programs.run("tributary-hub", "verify", "--data", folder).status == 0)
    }
}
