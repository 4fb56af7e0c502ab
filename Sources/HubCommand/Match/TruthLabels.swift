/// Who is who in a labelled file: by record, the number of its person.
struct TruthLabels {
    var people: [Int]
    /// Whether labels have FEBRL's form, `rec-223-org` and `rec-223-dup-0` for one person.
    var isFebrl: Bool

    init(_ labels: [String]) {
        let trimmed = labels.map { DelimitedText.trimmed($0) }
        let isFebrl = !trimmed.isEmpty && trimmed.allSatisfy { Self.febrlPerson($0) != nil }
        var numbers: [String: Int] = [:]
        var people: [Int] = []
        for (index, label) in trimmed.enumerated() {
            // A record without label is a person of its own.
            let person = label.isEmpty ? "\u{0}\(index)" : isFebrl ? Self.febrlPerson(label) ?? label : label
            let number = numbers[person] ?? numbers.count
            numbers[person] = number
            people.append(number)
        }
        self.people = people
        self.isFebrl = isFebrl
    }

    private static func febrlPerson(_ label: String) -> String? {
        let parts = label.split(separator: "-")
        guard parts.count >= 3, parts[0] == "rec", parts[1].allSatisfy(\.isNumber), parts[2] == "org" || parts[2] == "dup" else {
            return nil
        }
        return String(parts[1])
    }
}
