/// Unicode labels as ASCII and back (RFC 3492, with the parameters of section 5), for host names.
///
/// Without the prefix `xn--`, and without the mapping that comes before it (`DomainName`).
enum Punycode {
    private static let base = 36
    private static let leastThreshold = 1
    private static let mostThreshold = 26
    private static let skew = 38
    private static let damp = 700
    private static let firstBias = 72
    private static let firstCode = 0x80
    /// Longer labels are no host name's; it also keeps the sums small.
    private static let labelScalarsMax = 256

    /// - Returns: `nil` for a label that is too long.
    static func encoded(_ label: some Collection<Unicode.Scalar>) -> String? {
        guard label.count <= labelScalarsMax else { return nil }
        var written = label.filter(\.isASCII).map { UInt8($0.value) }
        let basicCount = written.count
        if basicCount > 0 { written.append(UInt8(ascii: "-")) }
        var (code, delta, bias, handled) = (firstCode, 0, firstBias, basicCount)
        while handled < label.count {
            guard let next = label.lazy.map({ Int($0.value) }).filter({ $0 >= code }).min() else { return nil }
            delta += (next - code) * (handled + 1)
            code = next
            for scalar in label {
                if scalar.value < code { delta += 1 }
                guard scalar.value == code else { continue }
                append(delta, bias, to: &written)
                bias = adapted(delta, points: handled + 1, isFirst: handled == basicCount)
                delta = 0
                handled += 1
            }
            delta += 1
            code += 1
        }
        return String(decoding: written, as: UTF8.self)
    }

    /// - Returns: `nil` where the text is no Punycode.
    static func decoded(_ text: some StringProtocol) -> [Unicode.Scalar]? {
        let bytes = Array(text.utf8)
        guard bytes.count <= labelScalarsMax, bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
        let basicEnd = bytes.lastIndex(of: UInt8(ascii: "-")) ?? 0
        var scalars = bytes[..<basicEnd].map { Unicode.Scalar($0) }
        var place = basicEnd > 0 ? basicEnd + 1 : 0
        var (code, index, bias) = (firstCode, 0, firstBias)
        while place < bytes.count {
            guard let step = integer(bytes, &place, bias) else { return nil }
            let count = scalars.count + 1
            bias = adapted(step, points: count, isFirst: index == 0 && code == firstCode && scalars.count == basicEnd)
            index += step
            code += index / count
            index %= count
            guard code <= 0x10FFFF, let scalar = Unicode.Scalar(UInt32(code)) else { return nil }
            scalars.insert(scalar, at: index)
            index += 1
        }
        return scalars
    }

    /// A number of variable length (section 3.3).
    private static func append(_ number: Int, _ bias: Int, to written: inout [UInt8]) {
        var (rest, place) = (number, base)
        while true {
            let threshold = threshold(place, bias)
            if rest < threshold { break }
            written.append(letter(threshold + (rest - threshold) % (base - threshold)))
            rest = (rest - threshold) / (base - threshold)
            place += base
        }
        written.append(letter(rest))
    }

    private static func integer(_ bytes: [UInt8], _ place: inout Int, _ bias: Int) -> Int? {
        var (sum, weight, position) = (0, 1, base)
        while place < bytes.count {
            guard let digit = digit(bytes[place]) else { return nil }
            place += 1
            sum += digit * weight
            // Far beyond the last code point at every place of a label, far below what an Int holds.
            guard sum <= 0x110000 * (labelScalarsMax + 1) else { return nil }
            let threshold = threshold(position, bias)
            if digit < threshold { return sum }
            weight *= base - threshold
            guard weight <= 1 << 40 else { return nil }
            position += base
        }
        return nil
    }

    private static func threshold(_ place: Int, _ bias: Int) -> Int { min(max(place - bias, leastThreshold), mostThreshold) }

    /// Section 6.1: the next number will be about as large as this one.
    private static func adapted(_ delta: Int, points: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? delta / damp : delta / 2
        delta += delta / points
        var place = 0
        while delta > (base - leastThreshold) * mostThreshold / 2 {
            delta /= base - leastThreshold
            place += base
        }
        return place + (base - leastThreshold + 1) * delta / (delta + skew)
    }

    private static func letter(_ digit: Int) -> UInt8 { UInt8(digit < 26 ? digit + 0x61 : digit - 26 + 0x30) }

    private static func digit(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30 + 26
        case 0x41...0x5A: Int(byte) - 0x41
        case 0x61...0x7A: Int(byte) - 0x61
        default: nil
        }
    }
}
