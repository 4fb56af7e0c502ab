/// Compares e-mail addresses with each other, and with names.
enum EmailComparison {
    private static let localBytesMin = 4
    private static let alikeMin: Float = 0.88

    static func local(_ email: Term) -> Term { Term(rebasing: email.prefix { $0 != UInt8(ascii: "@") }) }

    /// What stands behind the `@`; empty where there is none.
    static func domain(_ email: Term) -> Term {
        guard let at = email.firstIndex(of: UInt8(ascii: "@")) else { return Term(rebasing: email[email.count...]) }
        return Term(rebasing: email[(at + 1)...])
    }

    static func addresses(_ left: Term, _ right: Term) -> UInt8 {
        if WordComparison.areEqual(left, right) { return EmailLevel.exact }
        let (leftLocal, rightLocal) = (local(left), local(right))
        if TypingErrors.count(left, right, limit: 2) <= 2 {
            return haveOtherDigits(leftLocal, rightLocal) ? EmailLevel.alike : EmailLevel.twoErrors
        }
        let areLocalsEqual = WordComparison.areEqual(leftLocal, rightLocal)
        if areLocalsEqual, leftLocal.count >= localBytesMin { return EmailLevel.sameLocal }
        let (leftDomain, rightDomain) = (domain(left), domain(right))
        let areDomainsEqual = !leftDomain.isEmpty && WordComparison.areEqual(leftDomain, rightDomain)
        let areLocalsAlike = areLocalsEqual || Resemblance.jaroWinkler(leftLocal, rightLocal) >= alikeMin
        if areLocalsAlike, areDomainsEqual || Resemblance.jaroWinkler(leftDomain, rightDomain) >= alikeMin { return EmailLevel.alike }
        return areDomainsEqual ? EmailLevel.sameDomain : EmailLevel.other
    }

    /// Whether both have digits, and more than one slip lies between them: john909 and john289 are two Johns.
    private static func haveOtherDigits(_ left: Term, _ right: Term) -> Bool {
        let (ours, theirs) = (left.filter(isDigit), right.filter(isDigit))
        guard !ours.isEmpty, !theirs.isEmpty else { return false }
        return ours.withUnsafeBufferPointer { ours in theirs.withUnsafeBufferPointer { TypingErrors.count(ours, $0, limit: 1) > 1 } }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// What an address says of a name that its owner's record lacks.
    static func level(ofName name: Term, in email: Term) -> UInt8 {
        let local = local(email)
        if name.count >= 3, name.count <= local.count {
            for start in 0...(local.count - name.count)
            where WordComparison.areEqual(Term(rebasing: local[start..<(start + name.count)]), name) {
                return NameInEmailLevel.spelt
            }
        }
        guard let initial = name.first, initial == local.first else { return NameInEmailLevel.other }
        return NameInEmailLevel.initial
    }
}
