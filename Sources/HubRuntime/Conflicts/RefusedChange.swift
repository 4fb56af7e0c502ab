import ChangeSets
import Merging

/// A change that is set aside or waits, as its site told it: what people see of it before they mend or drop it.
public struct RefusedChange: Encodable, Hashable, Sendable {
    public struct Field: Encodable, Hashable, Sendable {
        public var name: String
        /// What a view takes there: `text`, `integer`, `real`, `money`, `quantity`, `time`, `flag`, `reference`, `any`.
        public var kind: String
        /// As told; a long text ends early.
        public var value: ValueAnswer
        /// What stands there now, the one that is shown last.
        public var present: [ValueAnswer]
        /// It can be left out, and what the change is set aside for lies here.
        public var mayMend: Bool
        /// An operator can give its value: not of a reference, which names another record.
        public var takesValue: Bool
    }

    public enum Action: String, Encodable, Hashable, Sendable {
        case create, edit, delete
        /// Moves or counts stock, and touches no record.
        case stock
    }

    public var action: Action
    /// What can be mended first, then the others in the order in which they were told; at most `fieldsMax`.
    public var fields: [Field]
    /// How many fields there are more.
    public var fieldsHidden: Int
    /// What it moves or counts besides. A quantity is never corrected here.
    public var stock: Stock?
    /// Later changes of the same record that wait behind it.
    public var behind: Int
    /// Some of its values are somebody's.
    public var isPersonal: Bool

    public struct Stock: Encodable, Hashable, Sendable {
        public var sku: String
        public var location: String
        /// In units of 10⁻⁴.
        public var quantity: Int64
        public var isCount: Bool
    }

    public static let fieldsMax = 100
    static let charactersMax = 1_000
}

extension RefusedChange {
    init(_ held: HeldChange, _ documents: Documents) throws {
        let faulty = Set(held.faulty.map(\.field))
        var writes: [FieldWrite] = []
        switch held.change.action {
        case .write(let subject, let all):
            action = subject.creates ? .create : .edit
            writes = all.filter { faulty.contains($0.field) } + all.filter { !faulty.contains($0.field) }
        case .delete: action = .delete
        case .stockOnly: action = .stock
        }
        let entity = held.record.flatMap { Catalogue[$0.entity] }
        fields = writes.prefix(Self.fieldsMax).map { write in
            let kind = entity?[write.field]?.kind ?? .any
            return Field(
                name: write.field.description, kind: kind.name, value: Self.shown(write.value),
                present: held.present(write.field).map { Self.shown($0.content.value) }, mayMend: faulty.contains(write.field),
                takesValue: kind.name != "reference")
        }
        fieldsHidden = writes.count - fields.count
        isPersonal = writes.contains(where: \.isPersonal)
        stock = held.change.stock.map { effect in
            let isCount: Bool
            if case .count = effect { isCount = true } else { isCount = false }
            return Stock(sku: effect.sku.string, location: effect.location.string, quantity: effect.quantity, isCount: isCount)
        }
        behind =
            held.record == nil
            ? 0 : try documents.store.held(record: held.row.record).count { $0.cause == .behind && $0.lacking == held.dot }
    }

    private static func shown(_ value: Value) -> ValueAnswer {
        guard case .text(let text) = ValueAnswer(value), text.count > charactersMax else { return ValueAnswer(value) }
        return .text(text.prefix(charactersMax) + "…")
    }
}

extension Catalogue.Kind {
    /// As programs know it.
    var name: String {
        switch self {
        case .text: "text"
        case .integer: "integer"
        case .real: "real"
        case .money: "money"
        case .quantity: "quantity"
        case .time: "time"
        case .flag: "flag"
        case .reference: "reference"
        case .any: "any"
        }
    }
}
