/// Some of a list, and where the others are.
public struct ListPage<Entry: Sendable>: Sendable {
    public var entries: [Entry]
    /// What the next page comes after; `nil`: there is none. It is a place in the list's order, whether that entry is still there or not.
    public var next: String?

    public init(entries: [Entry], next: String? = nil) {
        self.entries = entries
        self.next = next
    }
}

extension ListPage: RandomAccessCollection {
    public var startIndex: Int { entries.startIndex }
    public var endIndex: Int { entries.endIndex }
    public subscript(index: Int) -> Entry { entries[index] }
}

extension ListPage {
    /// Of rows of which one more was read than is shown, if there is one.
    init<Row>(_ rows: [Row], limit: Int, next: (Row) -> String, _ entry: (Row) throws -> Entry?) rethrows {
        let last = rows.count > limit ? rows.prefix(limit).last : nil
        self.init(entries: try rows.prefix(limit).compactMap(entry), next: last.map(next))
    }
}

// What all lists that are told page by page have in common.
extension Hub {
    /// - Throws: `HubError`: `request-invalid`.
    static func checkLimit(_ limit: Int, max: Int) throws {
        guard (1...max).contains(limit) else {
            throw HubError(.badRequest, "A page has 1 to \(max) entries, not \(limit).", remedy: "Give a limit from 1 to \(max).")
        }
    }

    /// - Throws: `HubError`: `request-invalid` for what is no place.
    static func place<Place>(_ text: String?, _ read: (String) -> Place?) throws -> Place? {
        guard let text else { return nil }
        guard let place = read(text) else {
            throw HubError(
                .badRequest, "What the page shall come after is no place in this list.",
                remedy: "Send what came with the page before as it came, or begin anew without it.")
        }
        return place
    }
}

extension RecordNumber {
    /// As a place in a list that is in the order of records.
    init?(place: String) {
        guard let raw = Int64(place), raw >= 0 else { return nil }
        self.init(raw: raw)
    }

    var place: String { String(raw) }
}
