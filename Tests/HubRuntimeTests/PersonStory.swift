import Causality
import ChangeSets
import HubTestSupport
import TestSupport

/// Random histories of what people do at several sites: they buy, order, give back, log in, agree, withdraw; are noted down,
/// corrected, found to be somebody else, and deleted. Everything may arrive before what it speaks of.
struct PersonStory {
    private var story: Story
    private var random: SeededGenerator
    private let now: Timestamp
    /// Lives per teller and entity.
    private var lives: [[EntityName: [Dot]]]

    static func tell(seed: UInt64, keys: [SigningKey], changes: Int, now: Timestamp) -> Story {
        var person = PersonStory(seed: seed, keys: keys, now: now)
        for _ in 0..<changes { person.step() }
        return person.story
    }

    private init(seed: UInt64, keys: [SigningKey], now: Timestamp) {
        story = Story(seed: seed, keys: keys, changes: 0, now: now)
        random = SeededGenerator(seed: seed &+ 4711)
        self.now = now
        lives = keys.map { _ in [:] }
    }

    private mutating func step() {
        let teller = Int.random(in: 0..<story.tellers.count, using: &random)
        switch Int.random(in: 0..<28, using: &random) {
        case 0...2: create("customer", teller, identity())
        case 3: edit("customer", teller, identity())
        case 4...6: create("sale", teller, sale(teller))
        case 7: edit("sale", teller, sale(teller))
        case 8...12: create("sale line", teller, line(teller))
        case 13: edit("sale line", teller, line(teller))
        case 14: create("order", teller, order(teller))
        case 15, 16: create("return", teller, giveBack(teller))
        case 17, 18: create("item", teller, item())
        case 19: edit("item", teller, item())
        case 20, 21, 22: create("event", teller, event(teller))
        case 23: edit("event", teller, event(teller))
        case 24: create("consent", teller, consent(teller))
        case 25: edit("consent", teller, [("given", .integer(Int64.random(in: 0...1, using: &random)))])
        case 26: create("note", teller, [("customer", customer(teller)), ("text", "likes blue"), ("at", time())])
        default: delete(teller)
        }
    }

    // MARK: sentences

    private mutating func identity() -> [(FieldName, Value)] {
        var fields: [(FieldName, Value)] = []
        if random.chance(70) { fields.append(("email", .text(Text("p\(Int.random(in: 0..<6, using: &random))@example.com")))) }
        if random.chance(40) { fields.append(("phone", .text(Text("+4420790000\(10 + Int.random(in: 0..<5, using: &random))")))) }
        if random.chance(40) { fields.append(("device id", device())) }
        if random.chance(30) { fields.append(("cookie id", cookie())) }
        return fields.isEmpty ? [("name", "Nobody")] : fields
    }

    private mutating func sale(_ teller: Int) -> [(FieldName, Value)] {
        var fields: [(FieldName, Value)] = [("at", time()), ("currency", random.chance(80) ? "GBP" : "EUR")]
        if random.chance(75) { fields.append(("customer", customer(teller))) }
        if random.chance(30) { fields.append(("order number", orderNumber())) }
        if random.chance(40) { fields.append(("total", .integer(Int64.random(in: -20...90, using: &random) * 10_000))) }
        return fields
    }

    private mutating func line(_ teller: Int) -> [(FieldName, Value)] {
        let isOfOrder = random.chance(20)
        return [
            (isOfOrder ? "order" : "sale", reference(isOfOrder ? "order" : "sale", teller)), ("sku", sku()),
            ("quantity", .integer(Int64.random(in: -3...5, using: &random) * FixedPoint.one)),
            ("unit price", .integer(Int64.random(in: 1...20, using: &random) * 10_000)),
        ]
    }

    private mutating func order(_ teller: Int) -> [(FieldName, Value)] {
        [
            ("number", orderNumber()), ("customer", customer(teller)), ("at", time()), ("currency", "GBP"), ("total", 770_000),
            ("state", random.chance(30) ? "cancelled" : "placed"),
        ]
    }

    private mutating func giveBack(_ teller: Int) -> [(FieldName, Value)] {
        let whose: (FieldName, Value) = random.chance(50) ? ("customer", customer(teller)) : ("sale", reference("sale", teller))
        return [whose, ("at", time()), ("amount", .integer(Int64.random(in: -5...30, using: &random) * 10_000)), ("currency", "GBP")]
    }

    private mutating func item() -> [(FieldName, Value)] {
        [
            ("sku", sku()), ("category", trait("Shoes", "Mugs")), ("brand", trait("Alba", "Brum")), ("size", trait("41", "42")),
            ("colour", trait("red", " blue ")),
        ]
    }

    private mutating func event(_ teller: Int) -> [(FieldName, Value)] {
        let kind: Value = ["log-in", "Page View", "mail opened", "visit", "juggling"].randomElement(using: &random) ?? "visit"
        guard random.chance(60) else { return [("customer", customer(teller)), ("kind", kind), ("at", time())] }
        // Nobody signed in; some name somebody besides, whom they are about then.
        var fields: [(FieldName, Value)] = [("kind", kind), ("at", time())]
        if random.chance(80) { fields.append(("device id", device())) }
        if random.chance(50) { fields.append(("cookie id", cookie())) }
        if random.chance(20) { fields.append(("customer", customer(teller))) }
        return fields
    }

    private mutating func consent(_ teller: Int) -> [(FieldName, Value)] {
        var fields: [(FieldName, Value)] = [
            ("customer", customer(teller)), ("given", .integer(Int64.random(in: 0...1, using: &random))), ("purpose", "marketing"),
        ]
        if random.chance(70) { fields.append(("channel", random.chance(50) ? "email" : "SMS")) }
        if random.chance(60) { fields.append(("at", time())) }
        return fields
    }

    // MARK: words

    private mutating func time() -> Value {
        switch Int.random(in: 0..<20, using: &random) {
        case 0: .null
        case 1: .integer(0)
        case 2: .integer(7_258_118_400_000)
        default: .integer(Int64(now.milliseconds) - Int64.random(in: 0..<20_000_000_000, using: &random))
        }
    }

    private mutating func device() -> Value { .text(Text("phone-\(Int.random(in: 0..<9, using: &random))x")) }
    private mutating func cookie() -> Value { .text(Text("crumb-\(Int.random(in: 0..<9, using: &random))x")) }
    private mutating func sku() -> Value { .text(Text("SKU\(Int.random(in: 0..<5, using: &random))")) }
    private mutating func orderNumber() -> Value { .text(Text("O\(Int.random(in: 0..<5, using: &random))")) }
    private mutating func trait(_ one: Value, _ other: Value) -> Value { random.chance(30) ? "  " : random.chance(50) ? one : other }

    private mutating func reference(_ entity: EntityName, _ teller: Int) -> Value {
        guard let life = lives[teller][entity]?.randomElement(using: &random) else { return .null }
        return Make.reference(entity, Int64(life.counter), life: life)
    }

    private mutating func customer(_ teller: Int) -> Value {
        let other = random.chance(20) ? Int.random(in: 0..<lives.count, using: &random) : teller
        guard let life = lives[other]["customer"]?.randomElement(using: &random) else { return .null }
        return Make.reference("customer", Int64(life.counter), life: life, source: story.tellers[other].writer.source)
    }

    // MARK: changes

    private mutating func create(_ entity: EntityName, _ teller: Int, _ fields: [(FieldName, Value)]) {
        let life = story.tellers[teller].nextDot
        lives[teller][entity, default: []].append(life)
        add(Make.write(entity, Int64(life.counter), fields, at: written()), teller)
    }

    private mutating func edit(_ entity: EntityName, _ teller: Int, _ fields: [(FieldName, Value)]) {
        guard let life = lives[teller][entity]?.randomElement(using: &random) else { return }
        // Some edits do not know of the former values: both stay.
        let context: Context = random.chance(80) ? .chain : .named([])
        add(Make.write(entity, Int64(life.counter), fields, life: life, at: written(), context: context), teller)
    }

    private mutating func delete(_ teller: Int) {
        let entity: EntityName =
            ["customer", "sale", "sale line", "return", "event", "consent", "item"].randomElement(using: &random) ?? "sale"
        guard let life = lives[teller][entity]?.randomElement(using: &random) else { return }
        let subject = Subject(entity: entity, key: LocalKey(.integer(Int64(life.counter))), life: life)
        add(Change(time: written(), action: .delete(subject, .chain)), teller)
    }

    private mutating func written() -> Timestamp {
        Timestamp(milliseconds: now.milliseconds - UInt64.random(in: 0..<200_000_000, using: &random))
    }
    private mutating func add(_ change: Change, _ teller: Int) { story.tellers[teller].changes.append(change) }
}
