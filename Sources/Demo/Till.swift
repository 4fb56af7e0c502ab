/// A person as a clerk or a web form gets to know them; each system spells them in its own way.
struct Person: Hashable {
    let first: String
    let last: String
    let email: String
    var phone: String?

    /// A customer of the retailer's file, which knows them by number only.
    init(number: String) {
        first = "Customer"
        last = number
        email = "c\(number)@example.com"
    }

    init(first: String, last: String, email: String, phone: String?) {
        self.first = first
        self.last = last
        self.email = email
        self.phone = phone
    }
}

struct Item: Hashable {
    let sku: String
    let name: String
    let pence: Int64
}

struct Sale {
    let number: String
    /// `2010-12-01 08:26:00`, by the shop's clock.
    let time: String
    let customer: Person?
    let lines: [Invoice.Line]
    /// Where the goods are taken from; `nil`: the shop itself.
    var pool: String?

    var pence: Int64 { lines.reduce(0) { $0 + $1.quantity * $1.pence } }
}

/// What sells: a shop's till, or a web shop. Each writes its own tables, as its application would.
protocol Till: AnyObject {
    var file: ApplicationFile { get }
    /// What the shop sells, and how many of each lie on its shelves in the morning.
    func open(_ items: [Item], onHand: Int64) throws
    func sell(_ sale: Sale) throws
}

/// `255` pence as `2.55`.
func pounds(_ pence: Int64) -> String { "\(pence / 100)." + (pence % 100 < 10 ? "0" : "") + "\(pence % 100)" }

/// Milliseconds since 1970 of `2010-12-01 08:26:00`, taken as UTC.
func milliseconds(_ time: String) -> Int64 {
    let parts = time.split { !$0.isNumber }.compactMap { Int64($0) }
    guard parts.count >= 6 else { return 0 }
    // Days since 1970-03-01-based years (H. Hinnant, "chrono-compatible low-level date algorithms").
    let year = parts[1] <= 2 ? parts[0] - 1 : parts[0]
    let month = (parts[1] + 9) % 12
    let dayOfYear = (153 * month + 2) / 5 + parts[2] - 1
    let days = year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    return ((days * 24 + parts[3]) * 60 + parts[4]) * 60_000 + parts[5] * 1000
}
