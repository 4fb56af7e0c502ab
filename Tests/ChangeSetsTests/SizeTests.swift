import Causality
import Foundation
import Testing

@testable import ChangeSets

/// Sale lines as a till sends them: key, sale, SKU, quantity, unit price, time, and the movement they make.
struct Lines {
    struct Line {
        var sale: Int64
        var sku: Text
        /// In units of 10⁻⁴.
        var quantity: Int64
        var price: Int64
        var at: Int64
    }

    static func changeSet(_ lines: [Line], firstKey: Int64 = 500_001) -> ChangeSet {
        let replica = ReplicaID(high: 1, low: 2)
        let changes = lines.enumerated().map { index, line in
            Change(
                time: Timestamp(milliseconds: UInt64(line.at) + 2000),
                action: .write(
                    Subject(entity: "sale line", key: LocalKey(.integer(firstKey + Int64(index)))),
                    [
                        FieldWrite(
                            "sale",
                            .reference(
                                Reference(
                                    entity: "sale", key: LocalKey(.integer(line.sale)), life: Dot(replica, UInt64(line.sale - 500_000))))),
                        FieldWrite("sku", .text(line.sku)), FieldWrite("quantity", .integer(line.quantity)),
                        FieldWrite("unit price", .integer(line.price)), FieldWrite("at", .integer(line.at)),
                    ]),
                stock: .movement(Movement(sku: line.sku, location: "shop 1", quantity: -line.quantity, kind: .sale)))
        }
        return ChangeSet(
            replica: replica, first: 20_001, previous: Digest(bytes: Samples.seed(1)) ?? .zero, opening: nil, part: .whole(drain: 4711),
            changes: changes)
    }

    /// Lines of the same shape as Online Retail's, drawn.
    static func drawn(_ count: Int) -> [Line] {
        var draws = Draws(seed: 42)
        var sale: Int64 = 536_365
        var at: Int64 = 1_291_191_960_000
        return (0..<count).map { _ in
            if draws.oneIn(20) {
                sale += 1
                at += Int64(draws.below(5)) * 60_000
            }
            // About as skewed as a shop's sales: the product of two draws.
            let item = draws.below(50) * draws.below(60)
            return Line(
                sale: sale, sku: Text("\(20_000 + item)\(item % 3 == 0 ? "A" : "")"),
                quantity: Int64(1 + draws.below(4) * draws.below(7)) * 10_000,
                price: Int64(item % 37 * 25 + 85) * 100, at: at)
        }
    }

    /// The first lines of the data set in a folder of CSV files.
    static func onlineRetail(_ folder: String, atLeast count: Int) throws -> [Line] {
        var lines: [Line] = []
        let format = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day().dateSeparator(.dash).dateTimeSeparator(.space).time(
            includingFractionalSeconds: false)
        for file in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() where lines.count < count {
            for row in try String(contentsOfFile: folder + "/" + file, encoding: .utf8).split(separator: "\r\n").flatMap({
                $0.split(separator: "\n")
            }).dropFirst() {
                // The description may hold commas, the others do not.
                let parts = row.split(separator: ",", omittingEmptySubsequences: false)
                guard let sale = Int64(parts[0]), parts.count >= 8, let quantity = Int64(parts[parts.count - 5]),
                    let price = Double(parts[parts.count - 3]), let at = try? format.parse(String(parts[parts.count - 4]))
                else { continue }
                lines.append(
                    Line(
                        sale: sale, sku: Text(parts[1]), quantity: quantity * 10_000, price: Int64((price * 10_000).rounded()),
                        at: Int64(at.timeIntervalSince1970 * 1000)))
            }
        }
        return lines
    }
}

@Suite("What a line costs on the wire")
struct SizeTests {
    @Test("at most 3.5 bytes a line at 10,000 lines, and 200 and 25 a line in a set of four")
    func sizes() throws {
        let large = try ChangeSetCodec.encode(Lines.changeSet(Lines.drawn(10_000)), seed: Samples.seed(0), key: Samples.key)
        #expect(large.bytes.count <= 35_000, "\(large.bytes.count) bytes for 10,000 lines")
        let small = try ChangeSetCodec.encode(Lines.changeSet(Lines.drawn(4)), seed: Samples.seed(0), key: Samples.key)
        #expect(small.bytes.count <= 200 + 4 * 25, "\(small.bytes.count) bytes for 4 lines")
    }

    @Test("Online Retail itself", .enabled(if: ProcessInfo.processInfo.environment["TRIBUTARY_ONLINE_RETAIL"] != nil))
    func real() throws {
        let folder = ProcessInfo.processInfo.environment["TRIBUTARY_ONLINE_RETAIL"] ?? ""
        let lines = try Lines.onlineRetail(folder, atLeast: 60_000)
        for count in [1, 4, 20, 100, 1000, 10_000] {
            var sizes: [Int] = []
            var plains: [Int] = []
            for start in stride(from: 0, to: min(50_000, 20 * count), by: count) {
                let encoded = try ChangeSetCodec.encode(
                    Lines.changeSet(Array(lines[start..<start + count])), seed: Samples.seed(0), key: Samples.key)
                sizes.append(encoded.bytes.count)
                plains.append(try ChangeSetCodec.header(of: encoded.bytes).plainSentCount)
            }
            let total = Double(sizes.reduce(0, +)) / Double(sizes.count)
            let plain = Double(plains.reduce(0, +)) / Double(plains.count)
            print("\(count) lines: \(total) bytes a set, \(total / Double(count)) a line; without envelope \(plain / Double(count))")
        }
    }
}
