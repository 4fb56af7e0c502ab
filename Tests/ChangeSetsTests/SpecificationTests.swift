import Foundation
import Testing

@testable import ChangeSets

@Suite("The specification says what the code does")
struct SpecificationTests {
    private func page(_ name: String) throws -> String {
        try String(contentsOf: Vectors.folder.appending(path: "../\(name)").standardizedFileURL, encoding: .utf8)
    }

    @Test("every name has the code that the table of section 3 gives it")
    func names() throws {
        let rows = NameCodes.entities.enumerated().map { index, entity in
            "| \(index + 1) | \(entity.name) | \(entity.fields.map(\.description).joined(separator: ", ")) |\n"
        }
        #expect(try page("SPECIFICATION.md").contains(rows.joined()))
        for (index, entity) in NameCodes.entities.enumerated() {
            #expect(NameCodes.code(of: entity.name) == index + 1 && NameCodes.entity(UInt64(index + 1)) == entity.name)
            for (place, field) in entity.fields.enumerated() {
                #expect(NameCodes.code(of: field, in: entity.name) == place + 1)
                #expect(NameCodes.field(UInt64(place + 1), in: entity.name) == field)
            }
        }
        #expect(NameCodes.entity(0) == nil && NameCodes.entity(17) == nil && NameCodes.code(of: "unheard of") == nil)
    }

    /// What the catalogue gained since: it travels by name.
    private static let later: Set<String> = [
        "customer.account id", "customer.device id", "customer.cookie id", "event.device id", "event.cookie id",
    ]

    @Test("version 1 has a code for every name of the catalogue as it was then")
    func catalogue() {
        for entity in Catalogue.entities {
            #expect(NameCodes.code(of: entity.name) != nil, "\(entity.name) travels literally until a new version")
            for field in entity.fields where !Self.later.contains("\(entity.name).\(field.name)") {
                #expect(NameCodes.code(of: field.name, in: entity.name) != nil, "\(entity.name).\(field.name)")
            }
        }
    }

    @Test("every field of the catalogue has the kind that the table of section 3 gives its name")
    func kinds() throws {
        let rows = try page("SPECIFICATION.md").split(separator: "\n").map { $0.split(separator: "|").map { $0.trimming(" ") } }
        let known: Set<String> = ["money", "quantity", "time", "flag", "reference"]
        var kinds: [String: String] = [:]
        for row in rows where row.count == 3 && known.contains(row[0]) {
            for field in row[2].components(separatedBy: ", ") { kinds[field] = row[0] }
        }
        #expect(Set(kinds.values) == known)
        for entity in Catalogue.entities {
            for field in entity.fields {
                #expect(kinds[field.name.description] ?? "text" == field.kind.word(of: field.name), "\(entity.name).\(field.name)")
            }
        }
        let fields = Set(Catalogue.entities.flatMap { $0.fields.map(\.name.description) })
        #expect(fields.isSuperset(of: kinds.keys))
    }

    @Test("what is personal by nature is what section 3 says")
    func personal() {
        for entity in Catalogue.entities {
            let personal = Set(entity.fields.filter(\.isPersonal).map(\.name))
            let expected: Set<FieldName> =
                switch entity.name {
                case "customer": Set(entity.fields.map(\.name)).subtracting(["country", "number", "created at"])
                case "event": ["detail", "device id", "cookie id"]
                case "note": ["text"]
                default: []
                }
            #expect(personal == expected, "\(entity.name)")
        }
    }

    @Test("every error code is listed")
    func errors() throws {
        let listed = try page("errors.md")
        for code in ChangeSetError.Code.allCases { #expect(listed.contains("| `\(code.rawValue)` |"), "\(code.rawValue)") }
    }
}

extension Substring {
    fileprivate func trimming(_ characters: String) -> String { trimmingCharacters(in: CharacterSet(charactersIn: characters)) }
}

extension Catalogue.Kind {
    /// As section 3 names it; a reference is named after the entity that it points at.
    fileprivate func word(of field: FieldName) -> String {
        switch self {
        case .text: "text"
        case .money: "money"
        case .quantity: "quantity"
        case .time: "time"
        case .flag: "flag"
        case .reference(let entity): entity.text == field.text ? "reference" : "reference to \(entity)"
        case .integer, .real, .any: "a kind that the specification does not have"
        }
    }
}
