import Causality
import ChangeSets

/// Whose values are judged. The raw values are the catalogue's names; they stand in documents and rows.
public enum QualityEntity: String, CaseIterable, Codable, Sendable {
    case customer
    case item

    /// The fields that are checked, in the catalogue's order.
    public var fields: [FieldName] {
        switch self {
        case .customer: FieldCheck.fields
        case .item: ItemCheck.fields
        }
    }

    /// Fields whose value should be one record's only, so that records of a site sharing one are worth a look.
    var distinguishing: Set<FieldName> {
        switch self {
        case .customer: FieldCheck.distinguishing
        case .item: ItemCheck.distinguishing
        }
    }

    func check(_ field: FieldName, _ value: Text, country: Text?, now: Timestamp) -> Validity {
        switch self {
        case .customer: FieldCheck.check(field, value, country: country, now: now)
        case .item: ItemCheck.check(field, value)
        }
    }

    /// A distinguishing value as it is compared; `nil` where it is no identifier, and so shared by nobody.
    func comparable(_ field: FieldName, _ value: Text, country: Text?) -> String? {
        switch self {
        case .customer: FieldCheck.comparable(field, value, country: country)
        case .item: ItemCheck.comparable(field, value)
        }
    }
}
