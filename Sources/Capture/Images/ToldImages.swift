import Causality
import ChangeSets
import GRDB

/// What the histories that hold the drain which a restored file names told after it (S15), within one access to the
/// agent's file.
///
/// A till that was restored more than once may have given one key to several records, each in another history, and
/// nothing says from which of them the file's copy was taken. So all are kept, each further record of a key on a
/// shelf beside the first, and the row is compared with every one.
struct ToldImages {
    private let db: Database
    private let first: Int64
    private let dictionary: NameDictionary
    private var shelves: [Images]

    init(_ db: Database, shelf first: Int64, dictionary: NameDictionary) throws {
        self.db = db
        self.first = first
        self.dictionary = dictionary
        shelves = try Images.row(from: first, db).map { try Images(db, shelf: $0, drain: 0, dictionary: dictionary) }
    }

    /// All that was told under the key, with the shelf that each stands on.
    func images(table: Int64, key: [UInt8]) throws -> [(image: RowImage, shelf: Images)] {
        try shelves.compactMap { shelf in try shelf.image(table: table, key: key).map { ($0, shelf) } }
    }

    func hasDeletion(table: Int64, key: [UInt8]) throws -> Bool {
        try shelves.contains { try $0.life(table: table, key: key)?.isDeleted ?? false }
    }

    /// Adds one of the hub's records to those under its key.
    mutating func put(_ image: RowImage, table: Int64, key: [UInt8]) throws {
        for shelf in shelves {
            let before = try shelf.image(table: table, key: key)
            guard before == nil || before?.life == image.life else { continue }
            return try shelf.put(image, table: table, key: key, replaces: before != nil)
        }
        let number = try Images.newShelf(db)
        try Images.put(number, beside: first, db)
        let shelf = try Images(db, shelf: number, drain: 0, dictionary: dictionary)
        shelves.append(shelf)
        try shelf.put(image, table: table, key: key, replaces: false)
    }
}
