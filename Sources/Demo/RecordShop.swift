import Foundation

/// A shop on Chinook's schema, in a rollback-journal file; it keeps no stock.
final class RecordShop: Till {
    let file: ApplicationFile
    private var invoices: Int64 = 0
    private var tracks: Set<Int64> = []

    init(_ url: URL) throws {
        file = try ApplicationFile(url)
        try file.script(Self.schema)
        try file.script("INSERT INTO MediaType VALUES (1, 'Goods')")
    }

    /// Chinook numbers what it sells, so it takes SKUs that are numbers only.
    static func takes(_ invoice: Invoice) -> Bool {
        invoice.customer != nil
            && invoice.lines.allSatisfy { $0.sku.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }
    }

    func open(_ items: [Item], onHand: Int64) throws {
        try file.transaction {
            for item in items where Int64(item.sku) != nil { _ = try key(of: item.sku, name: item.name, pence: item.pence) }
        }
    }

    func sell(_ sale: Sale) throws {
        guard let customer = sale.customer, let number = Int64(sale.number) else {
            throw DemoError(
                "The record shop sells to known customers under numbers only.", remedy: "Report this: the demo planned a wrong sale.")
        }
        try file.transaction {
            try file.run(
                "INSERT INTO Invoice (InvoiceId, CustomerId, InvoiceDate, Total) VALUES (?, ?, ?, ?)",
                .integer(number), .integer(try key(of: customer)), .text(sale.time), .real(Double(sale.pence) / 100))
            for line in sale.lines {
                let track = try key(of: line.sku, name: line.name, pence: line.pence)
                try file.run(
                    "INSERT INTO InvoiceLine (InvoiceId, TrackId, UnitPrice, Quantity) VALUES (?, ?, ?, ?)",
                    .integer(number), .integer(track), .real(Double(line.pence) / 100), .integer(line.quantity))
            }
        }
    }

    private func key(of sku: String, name: String, pence: Int64) throws -> Int64 {
        let key = Int64(sku) ?? 0
        if tracks.insert(key).inserted {
            try file.run(
                "INSERT INTO Track (TrackId, Name, MediaTypeId, Milliseconds, UnitPrice) VALUES (?, ?, 1, 0, ?)",
                .integer(key), .text(name), .real(Double(pence) / 100))
        }
        return key
    }

    private func key(of person: Person) throws -> Int64 {
        if let known = try file.run("SELECT CustomerId FROM Customer WHERE Email = ?", .text(person.email)).first?.first?.integer {
            return known
        }
        try file.run(
            "INSERT INTO Customer (FirstName, LastName, Phone, Email) VALUES (?, ?, ?, ?)",
            .text(person.first), .text(person.last), person.phone.map { .text($0) } ?? .null, .text(person.email))
        return file.lastKey
    }

    private static let schema = """
        CREATE TABLE Artist (ArtistId INTEGER NOT NULL PRIMARY KEY, Name NVARCHAR(120));
        CREATE TABLE Album (AlbumId INTEGER NOT NULL PRIMARY KEY, Title NVARCHAR(160) NOT NULL, ArtistId INTEGER NOT NULL REFERENCES Artist);
        CREATE TABLE Genre (GenreId INTEGER NOT NULL PRIMARY KEY, Name NVARCHAR(120));
        CREATE TABLE MediaType (MediaTypeId INTEGER NOT NULL PRIMARY KEY, Name NVARCHAR(120));
        CREATE TABLE Employee (EmployeeId INTEGER NOT NULL PRIMARY KEY, LastName NVARCHAR(20) NOT NULL, FirstName NVARCHAR(20) NOT NULL);
        CREATE TABLE Customer (CustomerId INTEGER NOT NULL PRIMARY KEY, FirstName NVARCHAR(40) NOT NULL, LastName NVARCHAR(20) NOT NULL,
            Company NVARCHAR(80), Address NVARCHAR(70), City NVARCHAR(40), State NVARCHAR(40), Country NVARCHAR(40), PostalCode NVARCHAR(10),
            Phone NVARCHAR(24), Fax NVARCHAR(24), Email NVARCHAR(60) NOT NULL, SupportRepId INTEGER REFERENCES Employee);
        CREATE TABLE Track (TrackId INTEGER NOT NULL PRIMARY KEY, Name NVARCHAR(200) NOT NULL, AlbumId INTEGER REFERENCES Album,
            MediaTypeId INTEGER NOT NULL REFERENCES MediaType, GenreId INTEGER REFERENCES Genre, Composer NVARCHAR(220),
            Milliseconds INTEGER NOT NULL, Bytes INTEGER, UnitPrice NUMERIC(10,2) NOT NULL);
        CREATE TABLE Invoice (InvoiceId INTEGER NOT NULL PRIMARY KEY, CustomerId INTEGER NOT NULL REFERENCES Customer,
            InvoiceDate DATETIME NOT NULL, BillingAddress NVARCHAR(70), BillingCity NVARCHAR(40), BillingState NVARCHAR(40),
            BillingCountry NVARCHAR(40), BillingPostalCode NVARCHAR(10), Total NUMERIC(10,2) NOT NULL);
        CREATE TABLE InvoiceLine (InvoiceLineId INTEGER NOT NULL PRIMARY KEY, InvoiceId INTEGER NOT NULL REFERENCES Invoice,
            TrackId INTEGER NOT NULL REFERENCES Track, UnitPrice NUMERIC(10,2) NOT NULL, Quantity INTEGER NOT NULL);
        CREATE TABLE Playlist (PlaylistId INTEGER NOT NULL PRIMARY KEY, Name NVARCHAR(120));
        CREATE TABLE PlaylistTrack (PlaylistId INTEGER NOT NULL, TrackId INTEGER NOT NULL, PRIMARY KEY (PlaylistId, TrackId));
        """
}
