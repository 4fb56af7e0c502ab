import Foundation
import Profiles

/// Labelled public files that lie beside the project and are never committed to it.
enum MatchingData {
    /// Beside the repository, or where `TRIBUTARY_SHARED_DATA` says.
    private static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["TRIBUTARY_SHARED_DATA"] { return URL(fileURLWithPath: path) }
        // Matching, ProfilesTests, Tests, the repository, and the folder that it stands in.
        let beside = (0..<5).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
        return beside.appendingPathComponent("shared/data")
    }()

    struct Labelled {
        var records: [PersonTraits]
        var truth: [Int]
    }

    static func isThere(_ path: String) -> Bool { file(path) != nil }

    private static func file(_ path: String) -> URL? {
        let file = folder.appendingPathComponent(path)
        return FileManager.default.fileExists(atPath: file.path) ? file : nil
    }

    /// These files quote nothing.
    static func read(_ path: String, fields: [String: String], person: (String) -> String) throws -> Labelled {
        guard let file = file(path) else { return Labelled(records: [], truth: []) }
        let lines = try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline)
        let rows = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) } }
        let header = rows[0]
        let label = header.firstIndex { $0 == "rec_id" || $0 == "cluster" } ?? 0
        var people: [String: Int] = [:]
        var found = Labelled(records: [], truth: [])
        for row in rows.dropFirst() {
            let values = zip(header, row).compactMap { name, value in fields[name].map { (field: $0, value: value) } }
            found.records.append(PersonTraits(values))
            let name = person(row[label])
            found.truth.append(people[name, default: people.count])
            people[name] = found.truth.last
        }
        return found
    }

    static func febrl(_ number: Int) throws -> Labelled {
        try read(
            "febrl/dataset\(number).csv",
            fields: [
                "given_name": "first name", "surname": "last name", "street_number": "house number", "address_1": "address",
                "address_2": "address 2", "suburb": "city", "postcode": "postcode", "state": "region", "date_of_birth": "birth date",
                "soc_sec_id": "person number",
            ]
        ) { String($0.split(separator: "-")[1]) }
    }

    static func fake1000() throws -> Labelled {
        try read(
            "fake_1000/fake_1000.csv",
            fields: ["first_name": "first name", "surname": "last name", "dob": "birth date", "city": "city", "email": "email"]
        ) { $0 }
    }
}
