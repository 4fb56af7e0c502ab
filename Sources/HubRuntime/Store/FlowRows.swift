import Causality
import ChangeSets

/// What came of one entity from one source on one day.
public struct FlowRow: Hashable, Sendable {
    /// Since 1970, in UTC.
    public var day: Int64
    public var source: SourceNumber
    /// Empty: changes that move or count stock and write no record.
    public var entity: String
    /// Admitted.
    public var changes: Int64 = 0
    /// Those of them that moved or counted stock.
    public var stock: Int64 = 0
    /// Set aside in quarantine, or behind one that is.
    public var aside: Int64 = 0
    /// When the last of the admitted ones was; 0: none was.
    public var last = Timestamp(milliseconds: 0)

    public init(day: Int64, source: SourceNumber, entity: String) {
        self.day = day
        self.source = source
        self.entity = entity
    }

    public static func day(of time: Timestamp) -> Int64 { Int64(clamping: time.milliseconds / 86_400_000) }
}

/// The same over several days.
public struct FlowSum: Hashable, Sendable {
    public var source: SourceNumber
    public var entity: String
    public var changes: Int64
    public var stock: Int64
    public var aside: Int64
    /// `nil`: none was admitted.
    public var last: Timestamp?

    public init(source: SourceNumber, entity: String, changes: Int64, stock: Int64, aside: Int64, last: Timestamp?) {
        self.source = source
        self.entity = entity
        self.changes = changes
        self.stock = stock
        self.aside = aside
        self.last = last
    }
}

/// What came of one field of an entity from one source, since it was counted first.
public struct FlowField: Hashable, Sendable {
    public var source: SourceNumber
    /// Empty: changes that move or count stock and write no record.
    public var entity: String
    public var field: String
    /// Changes that carried it and were admitted.
    public var changes: Int64
    /// Those that carried it and were set aside, whatever was decided of them since.
    public var aside: Int64
    /// When the first of all these came.
    public var since: Timestamp
    /// When the last of the admitted ones did; 0: none was.
    public var last: Timestamp

    /// Fields of all entities of one source together. Those that come when there are as many are not counted: a site may make up as many as
    /// it likes.
    public static let perSourceMax = 1_000

    public init(
        source: SourceNumber, entity: String, field: String, changes: Int64, aside: Int64 = 0, since: Timestamp, last: Timestamp
    ) {
        self.source = source
        self.entity = entity
        self.field = field
        self.changes = changes
        self.aside = aside
        self.since = since
        self.last = last
    }
}

/// What an agent last told of what one of its sources maps.
public struct MappingRow: Hashable, Sendable {
    public var site: SiteNumber
    public var source: SourceID
    public var name: String
    public var at: Timestamp
    /// Equal where sources map alike.
    public var hash: [UInt8]

    public init(site: SiteNumber, source: SourceID, name: String, at: Timestamp, hash: [UInt8]) {
        self.site = site
        self.source = source
        self.name = name
        self.at = at
        self.hash = hash
    }
}

/// What can be read of how data flows: diagnostics, which the journal does not give again.
public protocol FlowReading {
    /// By source and entity, of all days before `end`.
    ///
    /// - Parameter day: what came before is not counted; it only tells when something came last.
    func flow(since day: Int64, before end: Int64) throws -> [FlowSum]
    /// The same of one day and those after it.
    func flow(since day: Int64) throws -> [FlowSum]
    /// By entity and field.
    ///
    /// - Parameter entity: only of this one.
    func flowFields(of source: SourceNumber, entity: String?) throws -> [FlowField]
    /// By site and source.
    func mappings() throws -> [MappingRow]
    /// As it was told.
    func mapping(site: SiteNumber, source: SourceID) throws -> [UInt8]?
    /// Who wrote the changes that stand in quarantine or behind one that does, and the name of the record of each: at most `limit`.
    func heldRecords(limit: Int) throws -> [(replica: ReplicaNumber, record: [UInt8])]
}

public protocol FlowWriting: FlowReading {
    /// Adds to what the day has of the source and entity.
    func add(_ row: FlowRow) throws
    /// Adds to what there is of the source's fields; new ones have room up to `FlowField.perSourceMax`.
    func add(_ fields: [FlowField], of source: SourceNumber) throws
    func deleteFlow(before day: Int64) throws
    /// In the place of all that the site's agents told before.
    func replaceMappings(of site: SiteNumber, with mappings: [(row: MappingRow, mapping: [UInt8])]) throws
}
