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

    @Test("version 1 has a code for every name of the catalogue as it was then")
    func catalogue() {
        for entity in Catalogue.entities {
            #expect(NameCodes.code(of: entity.name) != nil, "\(entity.name) travels literally until a new version")
            for field in entity.fields { #expect(NameCodes.code(of: field.name, in: entity.name) != nil, "\(entity.name).\(field.name)") }
        }
    }

    @Test("every error code is listed")
    func errors() throws {
        let listed = try page("errors.md")
        for code in ChangeSetError.Code.allCases { #expect(listed.contains("| `\(code.rawValue)` |"), "\(code.rawValue)") }
    }
}
