import ChangeSets
import GRDB
import Testing

@testable import Capture

extension MappingTests {
    @Suite("Damage: however odd the input, a reason and never a crash") struct Damage {
        static let pairs = [
            ("simple-shop.yaml", "simple-shop.sql"), ("open-source-pos.yaml", "open-source-pos.sql"), ("web-shop.yaml", "web-shop.sql"),
            ("adventureworks-warehouse.yaml", "adventureworks-warehouse.sql"),
        ]

        @Test("a damaged mapping is read, or refused with places that stand in it", arguments: pairs)
        func damagedMappings(mapping: String, schema: String) throws {
            let queue = try DatabaseQueue()
            try queue.write { try $0.execute(sql: try Repository.text("agent/mappings/schemas/\(schema)")) }
            let known = try queue.read { try SourceSchema.read($0) }
            let yaml = try Repository.mapping(mapping).yaml
            for seed in 1...400 as ClosedRange<UInt64> {
                var random = SplitMix(seed: seed)
                let damaged = damage(yaml, &random)
                do {
                    _ = try Mapping.parse(yaml: damaged, file: "m.yaml").checked(against: known).explanation()
                } catch let error as MappingError {
                    let lines = damaged.split(separator: "\n", omittingEmptySubsequences: false).count
                    #expect(error.problems.contains { $0.severity == .error }, "seed \(seed)")
                    #expect(error.problems.allSatisfy { (1...lines + 1).contains($0.place.line) && $0.place.column >= 1 }, "seed \(seed)")
                    #expect(error.problems.allSatisfy { !$0.message.isEmpty && !$0.remedy.isEmpty }, "seed \(seed)")
                }
            }
        }

        /// Lines dropped, doubled, indented otherwise; letters changed; parts cut off.
        private func damage(_ yaml: String, _ random: inout SplitMix) -> String {
            var lines = yaml.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<lines.count, using: &random)
                switch Int.random(in: 0..<6, using: &random) {
                case 0: lines.remove(at: index)
                case 1: lines.insert(lines[index], at: index)
                case 2: lines[index] = String(lines[index].drop { $0 == " " })
                case 3: lines[index] = "  " + lines[index]
                case 4:
                    var letters = Array(lines[index])
                    guard !letters.isEmpty else { continue }
                    letters[Int.random(in: 0..<letters.count, using: &random)] =
                        Array("{}[]:,x\"'#&*!|> -\u{0}é").randomElement(using: &random) ?? "x"
                    lines[index] = String(letters)
                default: lines[index] = String(lines[index].prefix(Int.random(in: 0...lines[index].count, using: &random)))
                }
                if lines.isEmpty { return "" }
            }
            return lines.joined(separator: "\n")
        }

        @Test("a row of any values is mapped, or set aside by itself", arguments: pairs)
        func oddRows(mapping: String, schema: String) throws {
            let queue = try DatabaseQueue()
            try queue.write { try $0.execute(sql: try Repository.text("agent/mappings/schemas/\(schema)")) }
            let (yaml, file) = try Repository.mapping(mapping)
            let application = try MappedApplication(queue: queue, yaml: yaml, file: file)
            var random = SplitMix(seed: 1)
            for table in application.mapping.tables {
                for _ in 0..<2_000 {
                    let row = table.columns.map { _ in Self.values.randomElement(using: &random) ?? .null }
                    do {
                        let mapped = try table.map(row, site: "shop-1")
                        #expect(mapped.fields.map(\.name) == table.fieldNames)
                        #expect(mapped.key.values == Array(row[..<table.keyColumns.count]))
                    } catch let error as RowError {
                        #expect(error.table == table.table && !error.message.contains("SECRET"))
                    }
                }
            }
        }

        private static let values: [Value] = [
            .null, .integer(0), .integer(1), .integer(-1), .integer(.max), .integer(.min), .real(0), .real(-0.0), .real(0.1), .real(.nan),
            .real(.infinity), .real(.greatestFiniteMagnitude), .real(.leastNonzeroMagnitude), .real(1e18), "", "SECRET", "12.50", "1e9999",
            "-",
            "2026-11-22 09:50:48", "9999-12-31T23:59:60.999+18:00", "0000-01-01", "1", .malformedText([0xFF, 0xFE]), .blob([]),
            .blob([0xC3, 0x28]),
        ]
    }
}
