import Causality
import ChangeSets

/// The counts of one field of one site.
struct FieldTally: Sendable {
    /// What one record has in the field.
    struct Seen {
        var validity: Validity
        var ageDays: UInt32
        var isFresh: Bool
        /// Of the values in normal form.
        var hashes: Set<UInt64>
    }

    struct Finding: Sendable {
        var count = 0
        /// At most `QualityTally.examplesMax`, the first by their lives.
        var examples: [RecordID] = []
    }

    private(set) var present = 0
    private(set) var valid = 0
    private(set) var fresh = 0
    private(set) var findings: [Validity: Finding] = [:]
    /// Records per whole days of age: as many entries as days, not as records.
    private var ages: [UInt32: Int] = [:]
    private var hashes: [UInt64] = []

    mutating func add(_ seen: Seen, of record: RecordID) {
        present += 1
        if seen.isFresh { fresh += 1 }
        ages[seen.ageDays, default: 0] += 1
        hashes.append(contentsOf: seen.hashes)
        guard seen.validity != .valid else {
            valid += 1
            return
        }
        findings[seen.validity, default: Finding()].count += 1
        Self.note([record], in: &findings[seen.validity, default: Finding()].examples)
    }

    mutating func merge(_ other: FieldTally) {
        present += other.present
        valid += other.valid
        fresh += other.fresh
        ages.merge(other.ages, uniquingKeysWith: +)
        hashes.append(contentsOf: other.hashes)
        for (validity, finding) in other.findings {
            findings[validity, default: Finding()].count += finding.count
            Self.note(finding.examples, in: &findings[validity, default: Finding()].examples)
        }
    }

    /// Ages in days: the lower median and the greatest; `nil` where the field is never present.
    var ageDays: (median: Int, oldest: Int)? {
        let sorted = ages.sorted { $0.key < $1.key }
        guard let oldest = sorted.last?.key else { return nil }
        var before = 0
        let median = sorted.first { _, count in
            before += count
            return before * 2 >= present
        }
        return (Int(median?.key ?? oldest), Int(oldest))
    }

    /// Values that several records hold, and how many records that concerns.
    var shared: (values: Int, records: Int) {
        var (values, records, run) = (0, 0, 0)
        var last: UInt64?
        for hash in hashes.sorted() {
            run = hash == last ? run + 1 : 1
            last = hash
            if run == 2 { values += 1 }
            if run >= 2 { records += run == 2 ? 2 : 1 }
        }
        return (values, records)
    }

    /// FNV-1a, its bits stirred: the same in every run, and two of a million values meet once in thirty million times.
    static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ hash >> 32) &* 0xD6E8_FEB8_6659_FD93
        return hash ^ hash >> 32
    }

    private static func note(_ records: [RecordID], in examples: inout [RecordID]) {
        guard examples.count < QualityTally.examplesMax || records.contains(where: { $0.life < examples[examples.count - 1].life }) else {
            return
        }
        examples = Array((examples + records).sorted { $0.life < $1.life }.prefix(QualityTally.examplesMax))
    }
}

extension FieldCheck {
    /// A distinguishing value as it is compared; `nil` where it is no identifier, and so shared by nobody.
    static func comparable(_ field: FieldName, _ value: Text, country: Text?) -> String? {
        switch field {
        case "email": Normalization.email(value.string)
        case "phone": Normalization.phone(value.string, country: country?.string)
        default: Normalization.id(value.string)
        }
    }
}
