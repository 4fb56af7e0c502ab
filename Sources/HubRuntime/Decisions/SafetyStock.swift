import Causality
import ChangeSets
import Inventory
import Merging

/// What operators keep back per pile: available = on hand − reserved − safety.
///
/// A decision like any other: the latest one that is not undone is in force. `*` stands for every SKU, or every location; what
/// names the pile more closely counts, the SKU before the location.
struct SafetyStock {
    private var quantities: [Name: Int64] = [:]

    /// - Parameter state: a decision's record.
    init(reading store: any HubReading, state: (RecordNumber) throws -> RecordState?) throws {
        for row in try store.decisions(choosing: .safety).inOrderOfTime(state: state) {
            if let name = Name(row.conflict), let quantity = Int64(row.fingerprint) { quantities[name] = quantity }
        }
    }

    /// In units of 10⁻⁴.
    func quantity(of key: StockKey) -> Int64 {
        guard !quantities.isEmpty else { return 0 }
        let (sku, location) = (key.sku.string, key.location.string)
        let names = [Name(sku, location), Name(sku, Name.any), Name(Name.any, location), Name(Name.any, Name.any)]
        return names.lazy.compactMap { quantities[$0] }.first ?? 0
    }

    /// The piles that a decision is about, as decisions name them: `safety:`, the SKU's length, the SKU, the location.
    struct Name: Hashable, CustomStringConvertible {
        var sku: String
        var location: String
        static let any = "*"
        private static let mark = "safety:"

        init(_ sku: String, _ location: String) {
            self.sku = sku
            self.location = location
        }

        init?(_ description: String) {
            let parts = description.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, "\(parts[0]):" == Self.mark, let length = Int(parts[1]), length + 1 <= parts[2].utf8.count else {
                return nil
            }
            let end = parts[2].utf8.index(parts[2].startIndex, offsetBy: length)
            sku = String(parts[2][..<end])
            location = String(parts[2][end...].dropFirst())
        }

        var description: String { "\(Self.mark)\(sku.utf8.count):\(sku)@\(location)" }

        func covers(_ key: StockKey) -> Bool {
            (sku == Self.any || sku == key.sku.string) && (location == Self.any || location == key.location.string)
        }
    }
}

/// What an operator keeps back.
public struct SafetyQuestion: Decodable, Hashable, Sendable {
    /// `*`: every SKU.
    public var sku: String
    /// `*`: every location.
    public var location: String
    /// In units of 10⁻⁴; 0 keeps nothing back, also where a wider rule would.
    public var quantity: Int64
    public var author: String
    public var note: String?

    public init(sku: String, location: String, quantity: Int64, author: String, note: String? = nil) {
        self.sku = sku
        self.location = location
        self.quantity = quantity
        self.author = author
        self.note = note
    }
}

public struct SafetyAnswer: Encodable, Hashable, Sendable {
    public var sku: String
    public var location: String
    public var quantity: Int64
    /// The decision that set it, to undo it by.
    public var decision: String
}

extension Hub {
    /// What is kept back, in the order of SKUs and locations.
    public func safetyStock(now: Timestamp) async throws -> [SafetyAnswer] {
        try await reading(now) { documents in
            var answers: [SafetyStock.Name: SafetyAnswer] = [:]
            for row in try documents.store.decisions(choosing: .safety).inOrderOfTime(state: documents.state) {
                guard let name = SafetyStock.Name(row.conflict), let quantity = Int64(row.fingerprint),
                    let dot = documents.standing.dot(of: row.record)
                else { continue }
                answers[name] = SafetyAnswer(sku: name.sku, location: name.location, quantity: quantity, decision: dot.description)
            }
            return answers.values.sorted { ($0.sku, $0.location) < ($1.sku, $1.location) }
        }
    }

    /// Keeps something back of a pile, of an SKU everywhere, or of everything at a location; the figures are fed anew.
    ///
    /// - Throws: `HubError`: `choice-invalid` for a negative or impossible quantity, or an empty name.
    public func keepBack(_ question: SafetyQuestion, now: Timestamp) async throws -> DecisionAnswer {
        try Resolution(.safety, author: question.author, note: question.note).check()
        guard !question.sku.isEmpty, !question.location.isEmpty else {
            throw HubError(.choiceInvalid, "The SKU or the location is empty.", remedy: "Give both; * stands for every one.")
        }
        guard question.quantity >= 0, question.quantity <= StockRules.quantityMax else {
            throw HubError(.choiceInvalid, "That quantity cannot be kept back.", remedy: "Give one from 0 on.")
        }
        let name = SafetyStock.Name(question.sku, question.location)
        return try await deciding(now) { desk in
            try desk.write(
                [],
                Decision(
                    .safety, conflict: "\(name)",
                    message: "Kept back of \(question.sku) at \(question.location): \(question.quantity / FixedPoint.one).",
                    fingerprint: "\(question.quantity)", author: question.author, note: question.note))
        }
    }
}
