import Causality
import ChangeSets
import Inventory
import Mutants

/// Why a change cannot have its effect: a code for lists and filters, a sentence, what to do.
struct Fault: Hashable {
    var code: String
    var reason: String
}

/// What makes one change valid by itself: a pure function of the change and its writer, whatever else has arrived (law 4).
enum ChangeRules {
    /// Stored with each set; a rebuild judges by the rules of its admission.
    static let version: Int32 = 1
    static let valueOfWrongKind = "value-of-wrong-kind"

    struct Writer {
        var dot: Dot
        var source: SourceID
        /// The change is about a record of another source of its own one's family (S22).
        var hasInherited = false
        /// An operator's decision: may write everything.
        var isHub: Bool
        /// The counter at which the replica was taken over or retired.
        var closedAfter: UInt64?
    }

    /// - Returns: `nil` when nothing is wrong.
    static func fault(of change: Change, by writer: Writer) -> Fault? {
        if let closed = writer.closedAfter, writer.dot.counter > closed {
            return Fault(code: "replica-closed", reason: "Its replica was taken over or retired at counter \(closed).")
        }
        if let dot = change.namedDots.first(where: { $0.replica == writer.dot.replica && $0.counter >= writer.dot.counter }) {
            return Fault(code: "names-the-future", reason: "It names \(dot), which its own replica had not written yet.")
        }
        if let effect = change.stock {
            if effect.sku.string.isEmpty { return Fault(code: "sku-empty", reason: "It moves or counts stock of an empty SKU.") }
            do { try StockRules.check(effect) } catch { return Fault(code: error.code.rawValue, reason: error.message) }
        }
        guard let subject = change.subject else { return nil }
        return ownershipFault(subject, writer) ?? valueFault(change, subject)
    }

    /// Who may write what (S11).
    private static func ownershipFault(_ subject: Subject, _ writer: Writer) -> Fault? {
        let owner = subject.source ?? writer.source
        if subject.creates, owner != writer.source {
            return Fault(code: "creates-for-another", reason: "It creates a \(subject.entity) in the name of another source.")
        }
        if owner == writer.source || Mutant.anybodyWrites.isOn || writer.hasInherited || writer.isHub
            || Catalogue[subject.entity]?.isShared == true
        {
            return nil
        }
        return Fault(code: "not-its-own", reason: "It writes a \(subject.entity) that belongs to another source.")
    }

    /// Whether the value can be what its field says; a field that no view knows takes any.
    static func fits(_ write: FieldWrite, in entity: EntityName) -> Bool {
        Catalogue[entity]?[write.field]?.kind.takes(write.value) ?? true
    }

    private static func valueFault(_ change: Change, _ subject: Subject) -> Fault? {
        guard case .write(_, let writes) = change.action, let entity = Catalogue[subject.entity] else { return nil }
        for write in writes {
            guard let kind = entity[write.field]?.kind, !kind.takes(write.value) else { continue }
            return Fault(code: valueOfWrongKind, reason: "Its field \"\(write.field)\" is no \(kind.label).")
        }
        return nil
    }
}

extension Catalogue.Kind {
    /// Whether a view can read the value. Text is generous: tills keep phones and numbers as integers, too.
    func takes(_ value: Value) -> Bool {
        switch (self, value) {
        case (_, .null), (.any, _): true
        case (.integer, .integer), (.money, .integer), (.quantity, .integer), (.time, .integer), (.flag, .integer): true
        case (.real, .integer), (.real, .real): true
        case (.reference, .reference): true
        case (.text, .reference): false
        case (.text, _): true
        default: false
        }
    }

    var label: String {
        switch self {
        case .text: "text"
        case .integer: "integer"
        case .real: "number"
        case .money: "amount of money"
        case .quantity: "quantity"
        case .time: "time"
        case .flag: "flag"
        case .reference(let entity): "reference to a \(entity)"
        case .any: "value"
        }
    }
}
