import AgentRuntime
import ChangeSets
import Complaints
import GRDB

@testable import AgentCommand
@testable import Capture
@testable import HubCommand

/// Files that operators write, and rows of applications.
extension FuzzedReader {
    /// A mapping, held against the schemas of all example applications; then rows of odd values.
    static let mapping = FuzzedReader(name: "mapping") {
        try Repository.files("agent/mappings", ".yaml")
    } read: { bytes in
        guard let yaml = String(validating: bytes, as: UTF8.self) else { return }
        let checked = try attempt(MappingError.self) {
            try Mapping.parse(yaml: yaml, file: "m.yaml").checked(against: exampleSchema)
        }
        guard let checked else { return }
        _ = checked.explanation()
        for table in checked.tables {
            _ = [RowSelection.all, .key, .after, .first, .alike].map { table.selectSQL($0) }
            for value in oddValues {
                _ = try attempt(RowError.self) { try table.map(table.columns.map { _ in value }, site: "shop-1") }
            }
        }
    }

    private static let oddValues: [Value] = [
        .null, 0, 7, .integer(.min), .real(.nan), .real(-1e300), "", "12.50", "2026-11-22 09:50", .malformedText([0xFF]), .blob([0xC3]),
    ]

    private static let exampleSchema: SourceSchema = {
        do {
            return SourceSchema(
                tables: try Repository.files("agent/mappings/schemas", ".sql").flatMap { sql in
                    let queue = try DatabaseQueue()
                    try queue.write { try $0.execute(sql: String(decoding: sql, as: UTF8.self)) }
                    return try queue.read { try SourceSchema.read($0).tables }
                })
        } catch {
            fatalError("The example schemas cannot be read: \(error)")
        }
    }()

    static let settings = FuzzedReader(name: "settings") {
        try Repository.files("agent", ".yaml") + Repository.files("hub", ".yaml")
    } read: { bytes in
        guard let yaml = String(validating: bytes, as: UTF8.self) else { return }
        if let file = try attempt(AgentError.self, body: { try AgentFile.parse(yaml, path: "agent.yaml") }) {
            try promise((1...3600).contains(file.pollSeconds ?? 1), "A poll every \(file.pollSeconds ?? 0) seconds was taken.")
            try promise((1...8760).contains(file.sweepHours ?? 1), "A sweep every \(file.sweepHours ?? 0) hours was taken.")
            let again = try AgentFile.parse(written(file), path: "again.yaml")
            try promise("\(again)" == "\(file)", "Written again, the agent's file says something else.")
        }
        var settings = HubSettings()
        guard try attempt(Complaint.self, body: { try settings.read(yaml: yaml, file: "hub.yaml") }) != nil else { return }
        try promise((0...100_000).contains(settings.collectAfterDays), "\(settings.collectAfterDays) days were taken.")
        var again = HubSettings()
        try again.read(yaml: written(settings), file: "again.yaml")
        try promise("\(again)" == "\(settings)", "Written again, the hub's settings are others.")
    }

    private static func written(_ file: AgentFile) -> String {
        let texts = [("data", file.data), ("log-level", file.logLevel), ("proxy", file.proxy), ("listen", file.listen)]
        let numbers = [("poll-seconds", file.pollSeconds), ("sweep-hours", file.sweepHours)]
        let lines =
            texts.compactMap { name, value in value.map { "\(name): \(quoted($0))" } }
            + numbers.compactMap { name, value in value.map { "\(name): \($0)" } }
        return lines.isEmpty ? "{}" : lines.joined(separator: "\n")
    }

    private static func written(_ settings: HubSettings) -> String {
        let lines = [
            settings.data.map { "data: \(quoted($0))" }, "listen: \(quoted("\(settings.listen)"))",
            "allow-plain-http: \(settings.allowPlainHTTP)", "log-level: \(settings.logLevel.rawValue)",
            "collect-after-days: \(settings.collectAfterDays)", "propose-links: \(settings.proposesLinks)",
        ]
        return lines.compactMap { $0 }.joined(separator: "\n")
    }

    /// Any text as YAML has it in double quotes.
    private static func quoted(_ text: String) -> String {
        func written(_ character: Unicode.Scalar) -> String {
            let isPlain = (0x20...0x7E).contains(character.value) && character != "\"" && character != "\\"
            let digits = String(character.value, radix: 16)
            return isPlain ? String(character) : "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        }
        return "\"" + text.unicodeScalars.map(written).joined() + "\""
    }

    static let delimitedText = FuzzedReader(name: "delimited-text") {
        ["first name,\"last name\";x\nAnn, \"L\"\"e\ne\",\n", "\u{FEFF}a\tb\r\n1\t2\r\n", "name|e-mail\n|\n"].map { Array($0.utf8) }
    } read: { bytes in
        guard let table = try attempt(Complaint.self, body: { try DelimitedText(bytes, file: "people.csv") }) else { return }
        try promise(table.rows.allSatisfy { $0.count == table.header.count }, "A row has more or fewer cells than the header.")
        _ = try attempt(Complaint.self) { try PersonColumns(table.header) }
    }

    /// A byte for the kind, a line for unit, zone or pattern, then the value as text.
    static let conversions = FuzzedReader(name: "conversions") {
        [
            "\u{0}decimal comma\n-1.234,56", "\u{0}millionths\n1e-3", "\u{1}Europe/Berlin\n2026-11-22T09:50:48.123+01:00",
            "\u{2}%d/%m/%Y %I:%M %p\n22/11/2026 09:50 PM", "\u{2}%Y%m%d\n20261122", "\u{3}\n1700000000.5", "\u{4}\nyes",
        ].map { Array($0.utf8) }
    } read: { bytes in
        var pieces = Pieces(bytes)
        let kind = pieces.byte()
        let word = pieces.line()
        guard let conversion = conversion(kind, word) else { return }
        let text = pieces.text
        var values: [Value] = [.text(Text(text)), .blob(pieces.rest)]
        if let number = Double(text) { values.append(.real(number)) }
        if let number = Int64(text) { values.append(.integer(number)) }
        for value in values {
            guard let converted = try attempt(ConversionFailure.self, body: { try conversion.convert(value) }) else { continue }
            if case .time = conversion, let time = converted.integer {
                try promise(time.magnitude < 1 << 48, "A time beyond 48 bits was taken.")
            }
        }
    }

    private static func conversion(_ kind: UInt8, _ word: String) -> Conversion? {
        switch kind {
        case 0: AmountConversion.units.first { $0.word == word }.map { .amount($0.conversion) }
        case 1: ZoneTable(word).map { .time(TimeConversion(form: .iso, zone: $0)) }
        case 2: TimePattern(word).map { .time(TimeConversion(form: .pattern($0), zone: .utc)) }
        case 3: .time(TimeConversion(form: word.isEmpty ? .sinceEpoch(perSecond: 1) : .julianDay, zone: .utc))
        case 4: .flag
        case 5: .real
        case 6: .integer
        default: .text(acceptsBlobs: true)
        }
    }
}
