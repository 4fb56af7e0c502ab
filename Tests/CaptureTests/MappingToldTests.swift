import ChangeSets
import Testing

@testable import Capture

extension MappingTests {
    @Suite("What is told of them") struct ToldTests {
        @Test("columns stand as the mapping has them, with their unit, what stands for nothing, and what moves stock")
        func told() throws {
            let application = try MappedApplication(
                sql: """
                    CREATE TABLE people (id INTEGER PRIMARY KEY, mail TEXT);
                    CREATE TABLE sold (id INTEGER PRIMARY KEY, who INTEGER REFERENCES people (id), at INTEGER, sku TEXT, qty INTEGER, place TEXT);
                    """,
                yaml: """
                    mapping: 1
                    about: A till
                    currency: GBP
                    tables:
                      people:
                        entity: customer
                        fields: {email: mail, country: {constant: GB}}
                      sold:
                        entity: sale line
                        on delete: void
                        fields:
                          at: {column: at, as: unix seconds}
                          sku: sku
                        stock: {role: sale lines, quantity: qty, location: {column: place, default: $site}}
                    """)
            let id = try #require(SourceID("00000000000000010000000000000002"))
            let told = application.mapping.told(of: id, "till")
            #expect(told.source == id.description && told.name == "till" && told.title == "A till" && told.leftOut == nil)
            #expect(
                told.tables[0]
                    == .init(table: "people", entity: "customer", fields: [.init("email", from: "mail"), .init("country", from: "\"GB\"")]))
            #expect(told.tables[1].table == "sold" && told.tables[1].entity == "sale line" && told.tables[1].stock == "sale lines")
            let parts = Dictionary(told.tables[1].fields.map { ($0.field, $0.from) }, uniquingKeysWith: { first, _ in first })
            #expect(parts["at"] == "at as unix seconds" && parts["sku"] == "sku" && parts["currency"] == "\"GBP\"")
            #expect(parts["stock quantity"] == "qty" && parts["stock location"] == "place default $site")
        }
    }
}
