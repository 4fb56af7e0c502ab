import Causality
import ChangeSets

extension Measures {
    /// Money and quantities in units of 10⁻⁴, times in milliseconds since 1970 (UTC).
    func write(to document: inout JSONDocument) {
        for (name, sum) in [("gross", \Worth.gross), ("returned", \.returned), ("net", \.net)] as [(String, KeyPath<Worth, Int128>)] {
            document.object(name) { object in
                for (currency, worth) in values.sorted(by: { $0.key < $1.key }) { object.add(currency.string, worth[keyPath: sum]) }
            }
        }
        document.add("purchases", purchases)
        document.add("returns", returns)
        if let first { document.add("first", first) }
        if let last { document.add("last", last) }
        if let frequency { document.add("frequency", frequency) }
        document.add("categories", categories)
        document.array("channels") { list in for channel in channels { list.append(channel.string) } }
        document.add("visits", visits)
        document.object("favourites") { object in
            if let category = favourites.category { object.add("category", category) }
            if let brand = favourites.brand { object.add("brand", brand) }
            if let shop = favourites.shop { object.add("shop", shop) }
        }
        for (name, counts) in [("sizes", sizes), ("colours", colours)] {
            document.array(name) { list in
                for count in counts {
                    list.appendObject {
                        $0.add("value", count.value)
                        $0.add("bought", count.bought)
                        $0.add("returned", count.returned)
                    }
                }
            }
        }
        document.add("logInsAWeek", logInsAWeek)
        document.add("events", events)
    }
}
