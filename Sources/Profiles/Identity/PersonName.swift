import ChangeSets
import Foundation
import Merging

/// A person's first and last name as names are compared: folded to lower case without accents.
public struct PersonName: Hashable, Sendable {
    public var first: String
    public var last: String

    /// - Parameters: as somebody typed them; either may be blank.
    public init(first: String, last: String) {
        self.first = Self.folded(first)
        self.last = Self.folded(last)
    }

    /// A whole name: its last word is taken for the last name, unless a comma sets the last name before the first.
    public init(whole: String) {
        let parts = whole.split(separator: ",", maxSplits: 1).map(String.init)
        if parts.count == 2 {
            self.init(first: parts[1], last: parts[0])
        } else {
            let words = Self.folded(whole).split(separator: " ")
            self.init(first: words.dropLast().joined(separator: " "), last: words.last.map(String.init) ?? "")
        }
    }

    public var isBlank: Bool { first.isEmpty && last.isEmpty }

    /// Lower case, without accents, one space between words: how names are searched and compared.
    public static func folded(_ name: String) -> String {
        if name.utf8.allSatisfy({ $0 < 0x80 }) { return foldedASCII(name.utf8) }
        // Letters outside ASCII lose their accents by their canonical decomposition.
        let scalars = name.lowercased().decomposedStringWithCanonicalMapping.unicodeScalars.filter {
            !$0.properties.isDiacritic || $0.isASCII
        }
        return String(String.UnicodeScalarView(scalars)).split { $0.isWhitespace || $0 == Self.separator }.joined(separator: " ")
    }

    /// The same for the many names of plain letters, without looking up what each character is.
    private static func foldedASCII(_ name: String.UTF8View) -> String {
        var folded: [UInt8] = []
        folded.reserveCapacity(name.count)
        var isAfterSpace = false
        for byte in name {
            if byte == 0x20 || (0x09...0x0D).contains(byte) || byte == 0x1F {
                isAfterSpace = !folded.isEmpty
                continue
            }
            if isAfterSpace { folded.append(0x20) }
            isAfterSpace = false
            folded.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
        }
        return String(decoding: folded, as: UTF8.self)
    }
}

extension PersonName {
    /// No folded name holds it.
    private static let separator: Character = "\u{1F}"

    /// Last and first name in one text, to be kept and compared byte by byte.
    public var text: Text { Text("\(last)\(Self.separator)\(first)") }

    public init(text: Text) {
        let parts = text.string.split(separator: Self.separator, maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        last = parts.first ?? ""
        first = parts.count > 1 ? parts[1] : ""
    }

    /// Whether two names cannot well be one person's: a first or a last name that is given on both sides and alike on neither
    /// reading. An initial, a short form, a letter typed wrong and swapped names are alike.
    public func contradicts(_ other: PersonName) -> Bool {
        let isStraight = Self.areAlike(first, other.first) && Self.areAlike(last, other.last)
        let areWhole = ![first, last, other.first, other.last].contains("")
        let areSwapped = areWhole && Self.areAlike(first, other.last) && Self.areAlike(last, other.first)
        return !isStraight && !areSwapped
    }

    /// Whether nothing at all of two whole names is alike, in whichever order, not even an initial. Marriage changes one of the
    /// two; a card that is given to somebody else changes both.
    public func isWhollyOther(than other: PersonName) -> Bool {
        guard ![first, last, other.first, other.last].contains("") else { return false }
        return ![(first, other.first), (last, other.last), (first, other.last), (last, other.first)].contains {
            $0.first == $1.first || Self.areAlike($0, $1)
        }
    }

    /// Whether word for word both are the same or one is the other's initial: `A.` and `Alan`, `J. R.` and `John Ronald`.
    private static func areInitials(_ left: String, _ right: String) -> Bool {
        func words(_ name: String) -> [Substring] { name.split { $0 == " " || $0 == "." } }
        let pairs = zip(words(left), words(right))
        return pairs.allSatisfy { one, other in
            one == other || one.first == other.first && (one.count == 1 || other.count == 1)
        } && pairs.contains { _ in true }
    }

    /// A blank is alike to everything.
    private static func areAlike(_ left: String, _ right: String) -> Bool {
        if left.isEmpty || right.isEmpty || left == right { return true }
        let (short, long) =
            left.utf8.count <= right.utf8.count ? (Array(left.utf8), Array(right.utf8)) : (Array(right.utf8), Array(left.utf8))
        if long.starts(with: short) || areInitials(left, right) { return true }
        guard short.count > 3 else { return false }
        return short.withUnsafeBufferPointer { short in long.withUnsafeBufferPointer { TypingErrors.count(short, $0, limit: 1) <= 1 } }
    }
}
