import Causality
import ChangeSets
import HubTestSupport
import TestSupport

/// Random histories of several sites, as their writers seal them: customers who meet by e-mail and phone, sales, orders that
/// others ship, edits that name other sites' writes, deletes, movements, counts, and things that must not pass.
struct Story {
    struct Teller {
        var site: Int
        var writer: TestWriter
        var changes: [Change] = []
        var customers: [Dot] = []
        var sales: [Dot] = []
        var orders: [(life: Dot, source: SourceID)] = []
        var stateWrites: [Dot] = []

        var nextDot: Dot { Dot(writer.replica, UInt64(changes.count) + 1) }
    }

    var tellers: [Teller] = []
    private var random: SeededGenerator
    private let now: Timestamp

    init(seed: UInt64, keys: [SigningKey], changes: Int, now: Timestamp) {
        random = SeededGenerator(seed: seed)
        self.now = now
        for (index, key) in keys.enumerated() {
            tellers.append(Teller(site: index, writer: TestWriter("till", seed: seed &* 31 &+ UInt64(index), key: key)))
        }
        for _ in 0..<changes { step() }
    }

    /// One sentence of one teller, which may speak of what others did before.
    private mutating func step() {
        let index = Int.random(in: 0..<tellers.count, using: &random)
        let time = Timestamp(milliseconds: now.milliseconds - UInt64.random(in: 0..<200_000_000, using: &random))
        var teller = tellers[index]
        let own = Int64(teller.changes.count)
        let shop = Text("shop-\(index)")
        switch Int.random(in: 0..<14, using: &random) {
        case 0, 1:
            teller.customers.append(teller.nextDot)
            teller.changes.append(Make.customer(own, email: email(), phone: phone(), name: "Person \(own)", at: time))
        case 2:
            guard let life = teller.customers.randomElement(using: &random) else { break }
            let key = Int64(life.counter) - 1
            teller.changes.append(Make.write("customer", key, [("email", .text(Text(email() ?? "none")))], life: life, at: time))
        case 3, 4:
            let customer = anyCustomer(index)
            teller.sales.append(teller.nextDot)
            let order = random.chance(40) ? "O\(Int.random(in: 0..<6, using: &random))" : nil
            teller.changes.append(Make.sale(own, customer: customer, order: order, at: time))
        case 5, 6:
            guard let sale = teller.sales.randomElement(using: &random) else { break }
            let reference = Make.reference("sale", Int64(sale.counter) - 1, life: sale)
            teller.changes.append(
                Make.line(
                    own, sale: reference, sku: sku(), pieces: .random(in: -2...5, using: &random), price: 12_345, location: shop, at: time))
        case 7:
            let place: Text = random.chance(50) ? "pool" : shop
            teller.changes.append(Make.movement(sku(), place, pieces: .random(in: -9...9, using: &random), at: time))
        case 8:
            let place: Text = random.chance(50) ? "pool" : shop
            teller.changes.append(Make.count(sku(), place, pieces: .random(in: 0...50, using: &random), at: time))
        case 9:
            let fields: [(FieldName, Value)] = [
                ("number", .text(Text("O\(Int.random(in: 0..<6, using: &random))"))), ("state", "placed"), ("total", .integer(990_000)),
                ("currency", "GBP"), ("at", .integer(Int64(time.milliseconds))), ("customer", anyCustomer(index) ?? .null),
            ]
            teller.orders.append((teller.nextDot, teller.writer.source))
            teller.stateWrites.append(teller.nextDot)
            teller.changes.append(Make.write("order", own, fields, at: time))
        case 10:
            // Anybody writes an order's state, naming what it was shown: it may arrive long before that.
            let orders = tellers.flatMap(\.orders)
            guard let order = orders.randomElement(using: &random) else { break }
            let shown = Context.named([order.life])
            teller.stateWrites.append(teller.nextDot)
            teller.changes.append(
                Make.write(
                    "order", Int64(order.life.counter) - 1,
                    [("state", ["paid", "shipped", "cancelled"].randomElement(using: &random) ?? "paid")],
                    life: order.life, source: order.source, at: time, context: random.chance(70) ? shown : .chain))
        case 11:
            teller.changes.append(
                Make.write(
                    "shipment", own, [("order number", .text(Text("O\(Int.random(in: 0..<6, using: &random))"))), ("state", "shipped")],
                    at: time))
        case 12:
            guard let sale = teller.sales.randomElement(using: &random) else { break }
            teller.changes.append(
                Change(
                    time: time,
                    action: .delete(Subject(entity: "sale", key: LocalKey(.integer(Int64(sale.counter) - 1)), life: sale), .chain)))
        default:
            // Must not pass, and takes nothing with it but what follows on the same record.
            teller.changes.append(Make.write("sale", own, [("number", "bad"), ("total", "text where money belongs")], at: time))
            let life = Dot(teller.writer.replica, UInt64(teller.changes.count))
            if random.chance(50) { teller.changes.append(Make.write("sale", own, [("number", "behind")], life: life, at: time)) }
        }
        tellers[index] = teller
    }

    private mutating func anyCustomer(_ index: Int) -> Value? {
        let teller = tellers[Int.random(in: 0..<tellers.count, using: &random)]
        guard let life = teller.customers.randomElement(using: &random) else { return nil }
        return Make.reference("customer", Int64(life.counter) - 1, life: life, source: teller.writer.source)
    }

    private mutating func email() -> String? {
        random.chance(70) ? "p\(Int.random(in: 0..<8, using: &random))@example.com" : nil
    }

    private mutating func phone() -> String? {
        random.chance(60) ? "+4420790000\(10 + Int.random(in: 0..<6, using: &random))" : nil
    }

    private mutating func sku() -> Text { Text("SKU\(Int.random(in: 0..<4, using: &random))") }
}
