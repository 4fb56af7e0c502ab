import Complaints
import Profiles

/// Which column of a file holds what.
struct PersonColumns {
    /// By column's place.
    private(set) var fields: [Int: PersonField] = [:]
    private(set) var truth: Int?
    private(set) var source: Int?
    let header: [String]

    /// - Parameters:
    ///   - mapping: "given_name=first name,ort=city,note=": what overrides recognition; nothing behind the `=` leaves a column out.
    ///   - truth: the column that says who is who, where it is not recognised.
    init(_ header: [String], mapping: String? = nil, truth: String? = nil, source: String? = nil) throws {
        self.header = header
        for (place, name) in header.enumerated() {
            if let field = Self.recognised(name) { fields[place] = field }
        }
        try apply(mapping)
        self.truth = try truth.map { try place(of: $0) } ?? header.firstIndex { Self.truthNames.contains(Self.key($0)) }
        self.source = try source.map { try place(of: $0) }
        for place in [self.truth, self.source] { if let place { fields[place] = nil } }
        guard !fields.isEmpty else {
            throw Complaint(
                "None of the columns \(header.joined(separator: ", ")) is known.",
                remedy:
                    "Say what they hold: --columns \"\(header[0])=last name,…\". Fields: \(PersonField.allCases.map(\.rawValue).joined(separator: ", "))."
            )
        }
    }

    private mutating func apply(_ mapping: String?) throws {
        for part in (mapping ?? "").split(separator: ",") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { DelimitedText.trimmed(String($0)) }
            guard sides.count == 2 else {
                throw Complaint("\"\(part)\" says nothing of a column.", remedy: "Write column=field, as in given_name=first name.")
            }
            let place = try place(of: sides[0])
            fields[place] = nil
            guard !sides[1].isEmpty else { continue }
            guard let field = PersonField(rawValue: sides[1].lowercased()) else {
                throw Complaint(
                    "\"\(sides[1])\" is no field of a customer.",
                    remedy: "Fields: \(PersonField.allCases.map(\.rawValue).joined(separator: ", ")).")
            }
            fields[place] = field
        }
    }

    private func place(of column: String) throws -> Int {
        if let place = header.firstIndex(of: column) ?? header.firstIndex(where: { Self.key($0) == Self.key(column) }) { return place }
        throw Complaint("There is no column \"\(column)\".", remedy: "The file has: \(header.joined(separator: ", ")).")
    }

    /// What the columns are taken for, as a sentence's end: "given_name = first name, …".
    var summary: String {
        fields.sorted { $0.key < $1.key }.map { "\(header[$0.key]) = \($0.value.rawValue)" }.joined(separator: ", ")
    }

    /// Small letters and digits only: "Date of Birth", "date_of_birth" and "DateOfBirth" are one name.
    private static func key(_ name: String) -> String { String(name.lowercased().filter { $0.isLetter || $0.isNumber }) }

    private static let truthNames: Set<String> = [
        "cluster", "clusterid", "recid", "entityid", "personid", "truth", "groundtruth", "trueid", "truematchid",
    ]

    private static func recognised(_ name: String) -> PersonField? {
        let key = key(name)
        return names[key] ?? longNames.first { key.hasSuffix($0) || key.hasPrefix($0) }.flatMap { names[$0] }
    }

    /// Names that are clear within another, as in "customer_first_name", the longest first.
    private static let longNames = names.keys.filter { $0.count > 5 }.sorted { ($1.count, $0) < ($0.count, $1) }

    private static let names: [String: PersonField] = {
        let table: [(PersonField, String)] = [
            (
                .firstName,
                "firstname givenname forename fname first vorname prenom nombre nome voornaam christianname givennames firstnames"
            ),
            (.lastName, "lastname surname familyname lname last sname nachname nom apellido apellidos cognome achternaam familienname"),
            (.name, "name fullname customername personname contactname displayname firstandsurname"),
            (
                .birthDate,
                "birthdate dob dateofbirth birthday geburtsdatum datenaissance birth bday birthdt geboortedatum fechanacimiento datadinascita"
            ),
            (.email, "email emailaddress mail emails courriel correo"),
            (
                .phone,
                "phone phonenumber telephone tel mobile cell cellphone mobilenumber phoneno telefon telefono homephone mobilephone telephonenumber"
            ),
            (.loyaltyID, "loyaltyid loyaltycard cardnumber loyaltynumber membernumber memberid"),
            (
                .personNumber,
                "socsecid ssn socialsecuritynumber taxid nationalid nin nino nhsnumber passport personnumber socialsecurity healthid"
            ),
            (.houseNumber, "housenumber streetnumber streetno houseno hausnummer housenr number1 stnumber huisnummer"),
            (
                .address,
                "address address1 addressline1 street streetname strasse straße addr1 addr streetaddress rue calle straat adresse via"
            ),
            (.address2, "address2 addressline2 addr2 unit apartment apt"),
            (.city, "city town suburb locality ort stadt ville ciudad plaats place citta posttown"),
            (.region, "region state county province bundesland stateprovince"),
            (.postcode, "postcode zip zipcode postalcode plz codepostal postcodefake cap cp postal"),
            (.country, "country countrycode land pays pais nation"),
            (.company, "company companyname organisation organization firma employer business"),
            (.gender, "gender sex geschlecht"),
            (.birthPlace, "birthplace placeofbirth geburtsort"),
            (.occupation, "occupation profession job beruf jobtitle"),
        ]
        return Dictionary(
            table.flatMap { field, names in names.split(separator: " ").map { (String($0), field) } },
            uniquingKeysWith: { first, _ in first })
    }()
}
