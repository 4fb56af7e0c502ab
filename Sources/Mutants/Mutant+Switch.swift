#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// Faults are compiled into debug builds only. In release `isOn` is a constant that the optimiser sees, so nothing is left of them.
#if DEBUG
    extension Mutant {
        /// The variable that names the one to switch on.
        static let variable = "TRIBUTARY_MUTANT"

        /// Read once. A typo must look neither like a fault that was caught nor like one that was not: it ends the program.
        private static let present: Mutant? = {
            guard let value = getenv(variable), value.pointee != 0 else { return nil }
            do { return try named(String(cString: value)) } catch { fatalError("\(variable): \(error)") }
        }()

        public var isOn: Bool {
            guard let present = Self.present else { return false }
            return present == self
        }
    }
#else
    extension Mutant {
        @inlinable
        public var isOn: Bool { false }
    }
#endif

extension Mutant {
    struct Unknown: Error, CustomStringConvertible {
        var name: String
        var nearest: Mutant
        var description: String { "There is no mutant \"\(name)\"; the nearest is \"\(nearest.rawValue)\"." }
    }

    static func named(_ name: String) throws(Unknown) -> Mutant {
        if let mutant = Mutant(rawValue: name) { return mutant }
        let nearest = allCases.min { distance($0.rawValue, name) < distance($1.rawValue, name) }
        throw Unknown(name: name, nearest: nearest ?? .appliesRepeats)
    }

    /// Letters to put in, leave out or exchange (V. Levenshtein, 1965).
    private static func distance(_ one: String, _ other: String) -> Int {
        let letters = Array(other.utf8)
        var row = Array(0...letters.count)
        for (place, letter) in one.utf8.enumerated() {
            var diagonal = row[0]
            row[0] = place + 1
            for (index, candidate) in letters.enumerated() {
                let exchanged = diagonal + (letter == candidate ? 0 : 1)
                diagonal = row[index + 1]
                row[index + 1] = min(exchanged, row[index] + 1, diagonal + 1)
            }
        }
        return row[letters.count]
    }
}
