/// Retail lines of the same shape as Online Retail's, for machines that do not have the files.
public enum GeneratedRetail {
    /// - Parameters:
    ///   - invoices: how many sales and cancellations to make.
    ///   - day: `2010-12-01`.
    ///   - seed: the same seed gives the same lines.
    public static func lines(invoices: Int, day: String, seed: UInt64) -> [RetailLine] {
        var random = Sequence(state: seed)
        return (0..<invoices).flatMap { number in invoice(number, of: invoices, day: day, &random) }
    }

    private static func invoice(_ number: Int, of total: Int, day: String, _ random: inout Sequence) -> [RetailLine] {
        let isCancellation = random.below(50) == 0
        let customer = random.below(4) == 0 ? nil : String(12_000 + random.below(400))
        let minute = 8 * 60 + number * 600 / max(total, 1)
        let time = "\(day) \(twoDigits(minute / 60)):\(twoDigits(minute % 60)):00"
        let country = random.below(10) == 0 ? "Germany" : "United Kingdom"
        return (0..<(1 + random.below(30))).map { _ in
            let item = random.below(random.below(3) == 0 ? 900 : 60)
            let quantity = Int64(1 + random.below(24))
            return RetailLine(
                invoice: (isCancellation ? "C" : "") + String(700_000 + number), stockCode: String(20_000 + item),
                name: "\(colours[item % colours.count]) \(things[item / colours.count % things.count])",
                quantity: isCancellation ? -quantity : quantity, time: time,
                unitPrice: "\(item % 17).\(twoDigits(5 * (item % 20)))", customer: customer, country: country)
        }
    }

    private static let colours = ["RED", "WHITE", "IVORY", "PINK", "BLUE", "GREEN", "VINTAGE"]
    private static let things = ["LANTERN", "TEA CUP", "CAKE STAND", "LUNCH BAG", "WOOL HAT", "DOOR MAT", "PAPER CHAIN"]

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }

    /// A small generator, so that a rehearsal can be had again: SplitMix64 (S. Vigna).
    public struct Sequence: Sendable {
        private var state: UInt64

        public init(state: UInt64) { self.state = state }

        /// A number from 0 up to, and without, `limit`.
        public mutating func below(_ limit: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((mixed ^ (mixed >> 31)) % UInt64(limit))
        }
    }
}
