import ChangeSets

/// A mapping as it was written: which tables of an application become which entities, and how.
///
/// Nothing in it has been held against a file yet; `checked(against:)` does that. Every part knows where
/// it stands, so that whatever turns out wrong later is shown by line and column.
public struct Mapping: Sendable {
    /// The version of the language that this program reads.
    public static let version = 1

    /// Where it was read from, for messages.
    public let file: String
    /// What the application is, in the author's words.
    public let about: String?
    /// Of times that say none themselves.
    let zone: Word?
    /// Of money in tables that map no currency themselves.
    let currency: Word?
    /// Locations that several sites move, each with the site that counts it first (S32).
    let pools: [(location: Word, opener: Word)]
    let leftOutTables: [Word]
    let tables: [TableSection]
}

/// A word of the mapping and where it stands.
struct Word: Hashable, Sendable {
    var text: String
    var place: MappingProblem.Place
    /// Written without quotes: `1`, `null` and `yes` may mean more than their letters.
    var isPlain = true
}

struct TableSection: Sendable {
    var name: Word
    var entity: Word
    /// Named by `own entity:`, beyond the catalogue.
    var isOwnEntity = false
    var key: [Word]?
    var parents: [ParentSection] = []
    /// Catalogue fields first, then extra ones.
    var fields: [FieldSection] = []
    var personal: [Word] = []
    var sameIf: [Word]?
    var stock: StockSection?
    var deleted: DeletedSection?
    var onDelete: Word?
    var leftOut: [Word] = []
    var isMutable: Word?
}

struct ParentSection: Sendable {
    var name: Word
    /// `nil`: the table that a foreign key over the columns `by` points at.
    var table: Word?
    var by: [Word]
    var key: [Word]?
}

struct FieldSection: Sendable {
    var name: Word
    var isExtra: Bool
    var value: ValueSection
}

/// Where a value comes from and what it means.
struct ValueSection: Sendable {
    enum Source: Sendable {
        /// Own columns, or a parent's as `parent.column`. More than one only for references.
        case columns([Word])
        case constant(Word)
        case site
    }

    var place: MappingProblem.Place
    var source: Source
    var kind: Word?
    var unit: Word?
    var zone: Word?
    var pattern: Word?
    var round: Word?
    var none: [Word] = []
    var values: [(from: Word, to: Word)] = []
    var otherwise: Word?
    /// Stands for NULL, after all else; `$site` is the site's name.
    var fallback: Word?
    var references: Word?
}

struct StockSection: Sendable {
    var place: MappingProblem.Place
    var role: Word
    var sku: ValueSection?
    var location: ValueSection?
    var quantity: ValueSection?
    /// A constant word of `Movement.Kind`, or a column with `values:`.
    var kind: ValueSection?
    var note: ValueSection?
    var counterpart: ValueSection?
    var expires: ValueSection?
    var sign: Word?
}

struct DeletedSection: Sendable {
    var column: Word
    /// Empty: any value that is no plain "no".
    var when: [Word]
}
