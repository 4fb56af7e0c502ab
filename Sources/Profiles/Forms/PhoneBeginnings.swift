extension Normalization {
    /// What the normal forms of numbers may begin with of which somebody has typed the beginning, spelled as `phone` takes it.
    ///
    /// A beginning is no number yet, so that nothing tells which reading is right: each one is given, the wrong ones find nobody.
    ///
    /// - Parameter country: the site's default country, whose prefixes are read: `0170 12` in Germany is `+4917012`.
    /// - Returns: the likeliest first, each once; empty for what no number begins with.
    public static func phoneBeginnings(_ typed: String, country: String?) -> [String] {
        // What cannot be read begins no number.
        guard let text = try? PhoneText(typed) else { return [] }
        let plan = country.flatMap { NumberingPlans.standard[$0] }
        var found: [String] = []
        func add(_ sign: String, _ digits: some Sequence<UInt8>) {
            let beginning = sign + String(decoding: digits.map { $0 + 0x30 }, as: UTF8.self)
            if !found.contains(beginning) { found.append(beginning) }
        }
        let digits = text.digits[...]
        let code = plan.map { String($0.code).utf8.map { $0 - 0x30 } } ?? []
        if text.hasPlus {
            add("+", digits)
            // +49 (0)170
            if let trunk = plan?.trunk, digits.starts(with: code), trunk.begins(digits.dropFirst(code.count)) {
                add("+", code + digits.dropFirst(code.count + trunk.digits.count))
            }
            return found
        }
        for abroad in [NumberingPlan.Prefix(digits: [0, 0])] + (plan?.abroad ?? []) where abroad.begins(digits) {
            add("+", digits.dropFirst(abroad.digits.count))
        }
        if let plan {
            let isBehindTrunk = plan.trunk?.begins(digits) ?? false
            if isBehindTrunk, let trunk = plan.trunk { add("+", code + digits.dropFirst(trunk.digits.count)) }
            // No number there begins with a trunk prefix of 0.
            if !isBehindTrunk || plan.trunk?.digits != [0] { add("+", code + digits) }
            if digits.starts(with: code) { add("+", digits) }
        }
        // As a number whose country was not clear is kept.
        add("", digits)
        return found
    }
}
