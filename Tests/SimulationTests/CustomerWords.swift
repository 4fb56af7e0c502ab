import ChangeSets

/// What people at one till wrote about customers: each word is written once in the whole world, so that wherever it turns up it tells
/// who wrote it, and with what in sight. The tokens that `TokenLedger` looks for.
///
/// A word says nothing about how the product merges it; what its writer knew is read in the till's file before it is written.
struct CustomerWords {
    /// Where words stand. Names and addresses do not count: people share them.
    static let fields: Set<FieldName> = ["note", "phone"]

    /// By word, what stood in the past of the till's file when it was written: all that its writer can have seen there.
    private(set) var written: [String: Set<String>] = [:]
    /// Of each deletion of a customer, the same.
    private(set) var deletions: [Set<String>] = []
    /// What the agent has read out of the file, with no error: from then on it has to come to the hub, whatever the file forgets.
    private(set) var read: Set<String> = []
    private let till: String
    private let ordinal: Int
    private var issued = 0

    init(till: String) {
        self.till = till
        let digit = till.utf8.first { (0x30...0x39).contains($0) }.map { Int($0) - 0x30 } ?? 0
        ordinal = digit + 10 * till.utf8.count { $0 == UInt8(ascii: "x") }
    }

    // MARK: new words

    private mutating func next() -> Int {
        issued += 1
        return issued
    }

    mutating func note() -> String { "\(till) notes \(next())" }

    /// One of ninety numbers, so that people share them; the spaces and dashes between its digits, which mean nothing, make it one of its
    /// own.
    mutating func phone(_ number: Int) -> String {
        var serial = next() * 64 + ordinal
        var spelled: [String] = []
        for digit in "4420794600\(number)".reversed() {
            spelled.append(String(digit) + (spelled.isEmpty ? "" : ["", " ", "-", "/"][serial % 4]))
            if spelled.count > 1 { serial /= 4 }
        }
        return "+" + spelled.reversed().joined()
    }

    // MARK: what is done with them

    mutating func writes(_ words: [String], knowing past: Set<String>) {
        for word in words { written[word] = past.union(words) }
    }

    mutating func deletes(knowing past: Set<String>) { deletions.append(past) }

    mutating func wereRead(_ words: Set<String>) { read.formUnion(words) }
}
