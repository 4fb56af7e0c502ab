import Capture
import GRDB

/// What a clerk asks, answered from this machine alone, whether or not the agent runs.
public struct LookUps: Sendable {
    let view: LocalReplica
    let own: OwnChanges

    public init(folder: DataFolder) throws {
        let database = try folder.open(makes: false)
        view = LocalReplica(queue: database.queue)
        own = OwnChanges(queue: database.queue, journal: Journal(database))
    }

    public func customers(_ lookUp: LookUp) throws -> Found<CustomerFinding> {
        try own.catchUp()
        return try view.customers(lookUp)
    }

    public func stock(sku: String) throws -> Found<StockFinding> {
        try own.catchUp()
        return try view.stock(sku: sku)
    }
}
