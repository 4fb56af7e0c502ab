import Causality
import ChangeSets
import GRDB
import Mutants

extension CapturedSource {
    /// Takes a page of the images that the hub has: as of the dot that `recover` will name, or its newest ones.
    ///
    /// - Parameter isFirst: forget what an earlier try brought of this kind.
    public func stage(_ images: [RecordImage], as kind: StagedImages = .named, isFirst: Bool) throws {
        try reload()
        try requireRecovering()
        let shelf = kind == .named ? \StoredSource.stagingShelf : \StoredSource.newestShelf
        try store.write { db in
            if isFirst, let old = stored[keyPath: shelf] {
                try Images.clear(shelf: old, db)
                stored[keyPath: shelf] = nil
            }
            let number = try stored[keyPath: shelf] ?? Images.newShelf(db)
            stored[keyPath: shelf] = number
            try stored.save(db)
            switch kind {
            case .named:
                let shelf = try Images(db, shelf: number, drain: 0, dictionary: dictionary)
                for record in images { try stage(record, on: shelf, db) }
            case .newest:
                var told = try ToldImages(db, shelf: number, dictionary: dictionary)
                let base = try stored.stagingShelf.map { try Images(db, shelf: $0, drain: 0, dictionary: dictionary) }
                for record in images {
                    guard let (table, mapping) = try table(of: record, db) else { continue }
                    let image =
                        record.isDeleted ? RowImage.deleted(life: record.life) : RowImage(record, mapping: mapping, keepsLives: true)
                    let key = record.key.canonicalBytes
                    // A key may have been deleted many times: the base's own deletion counts, and that there was one.
                    let isBase = try base?.life(table: table, key: key)?.dot == record.life
                    if image.isDeleted, !isBase, try told.hasDeletion(table: table, key: key) { continue }
                    try told.put(image, table: table, key: key)
                }
            }
        }
        try settings.reached(.imagesStaged)
    }

    /// Lets go of the images that an earlier try to recover had fetched.
    public func forgetImages() throws {
        try reload()
        try requireRecovering()
        guard stored.stagingShelf != nil || stored.newestShelf != nil, !Mutant.keepsFormerImages.isOn else { return }
        try store.write { db in
            try clearStaged(db)
            try stored.save(db)
        }
    }

    func clearStaged(_ db: Database) throws {
        for shelf in [stored.stagingShelf, stored.newestShelf].compactMap({ $0 }) { try Images.clear(shelf: shelf, db) }
        stored.stagingShelf = nil
        stored.newestShelf = nil
    }

    private func stage(_ record: RecordImage, on shelf: Images, _ db: Database) throws {
        guard let (table, mapping) = try table(of: record, db) else { return }
        let key = record.key.canonicalBytes
        let image = record.isDeleted ? RowImage.deleted(life: record.life) : RowImage(record, mapping: mapping)
        let before = try shelf.image(table: table, key: key)
        // A key given again names several records: the live one counts, else the youngest.
        if let before, !before.isDeleted && image.isDeleted || before.isDeleted == image.isDeleted && before.life > image.life { return }
        try shelf.put(image, table: table, key: key, replaces: before != nil)
    }

    private func table(of record: RecordImage, _ db: Database) throws -> (number: Int64, mapping: TableMapping)? {
        let numbers = watched.numbers(of: record.entity)
        let number =
            try numbers.count < 2
            ? numbers.first : tableHolding(record.key.canonicalBytes, life: record.life, among: numbers, db)
        guard let number, let mapping = watched.index(of: number).flatMap({ watched.tables[$0].mapping }) else { return nil }
        return (number, mapping)
    }

    /// Several tables may hold records of one entity; the images from before tell which one a key belongs to.
    private func tableHolding(_ key: [UInt8], life: Dot, among numbers: [Int64], _ db: Database) throws -> Int64? {
        let before = try Images(db, shelf: stored.shelf, drain: 0, dictionary: dictionary)
        return try numbers.first { try before.life(table: $0, key: key)?.dot == life } ?? numbers.first
    }
}

extension RowImage {
    static func deleted(life: Dot) -> RowImage {
        RowImage(state: .deleted, life: life, hash: 0, same: nil, fields: nil, stock: .none)
    }

    /// What the hub's record tells of the row that it came from; what the row said about stock is not among it.
    ///
    /// - Parameter keepsLives: keep the lives of its references, which tell the lines of one sale from those of another.
    init(_ record: RecordImage, mapping: TableMapping, keepsLives: Bool = false) {
        let names = Set(mapping.fieldNames).union(mapping.stockRole == .level ? ["sku", "location", "quantity"] : [])
        let fields = record.fields.filter { names.contains($0.name) && !$0.value.isNull }.map {
            RecordImage.Field($0.name, $0.value.ofThisFile)
        }
        self.init(
            state: .present, life: record.life, hash: ContentHash.of(fields.lazy.map { ($0.name, $0.value) }),
            same: mapping.sameIf.isEmpty
                ? nil : ContentHash.of(fields.lazy.filter { mapping.sameIf.contains($0.name) }.map { ($0.name, $0.value) }),
            fields: fields.map { ImageField(name: $0.name, value: keepsLives ? $0.value : $0.value.withoutLife) },
            stock: mapping.stockRole == .none ? .none : .unknown)
    }
}

extension Value {
    /// A file names its own rows by their keys alone. The hub says of a record from before a fork whose it was (S22): the row is the
    /// same for it.
    fileprivate var ofThisFile: Value {
        guard case .reference(var reference) = self, reference.source != nil else { return self }
        reference.source = nil
        return .reference(reference)
    }
}
