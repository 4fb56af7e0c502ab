import Complaints

/// A file of rows and columns: CSV by RFC 4180, with a byte-order mark or without, parted by comma, semicolon or tab.
struct DelimitedText {
    /// The most bytes of one row; a longer one is most likely a quote that is never closed.
    static let rowBytesMax = 1 << 20

    var header: [String]
    /// As many cells as the header in each.
    var rows: [[String]]

    /// - Throws: `Complaint`, naming the line.
    init(_ bytes: [UInt8], file: String) throws {
        var reader = RowReader(bytes, file: file)
        guard let header = try reader.next(), header.contains(where: { !$0.isEmpty }) else {
            throw Complaint("\(file) has no header line.", remedy: "Give a CSV file whose first line names the columns.")
        }
        self.header = header.map { Self.trimmed($0) }
        rows = []
        while let row = try reader.next() {
            if row.count == 1, row[0].isEmpty { continue }
            guard row.count == header.count else {
                throw Complaint(
                    "\(file), line \(reader.rowLine): \(row.count) cells, but the header has \(header.count).",
                    remedy: "Put cells that hold the delimiter or a line break in double quotes.")
            }
            rows.append(row)
        }
    }

    static func trimmed(_ cell: String) -> String {
        String(cell.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}

/// Reads rows one by one.
private struct RowReader {
    private let bytes: [UInt8]
    private let file: String
    private let delimiter: UInt8
    private var place = 0
    private var line = 1
    /// Where the row that was read last begins, from 1.
    private(set) var rowLine = 1

    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    init(_ bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
        place = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        delimiter = Self.delimiter(of: bytes[place...].prefix { $0 != Self.lineFeed })
    }

    /// The one that the first line holds most of, outside quotes.
    private static func delimiter(of line: ArraySlice<UInt8>) -> UInt8 {
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in line {
            if byte == quote { isQuoted.toggle() }
            if !isQuoted { counts[byte, default: 0] += 1 }
        }
        let usual = [",", ";", "\t", "|"].map { (Character($0)).asciiValue ?? 0 }
        return usual.max { counts[$0, default: 0] < counts[$1, default: 0] } ?? UInt8(ascii: ",")
    }

    mutating func next() throws -> [String]? {
        guard place < bytes.count else { return nil }
        rowLine = line
        let start = place
        var cells: [String] = []
        while true {
            cells.append(try cell(rowStart: start))
            guard place < bytes.count else { return cells }
            let byte = bytes[place]
            place += 1
            if byte == delimiter {
                if place == bytes.count { return cells + [""] }
                continue
            }
            if byte == Self.carriageReturn, place < bytes.count, bytes[place] == Self.lineFeed { place += 1 }
            line += 1
            return cells
        }
    }

    /// Reads up to the delimiter or the end of the line, which stays.
    private mutating func cell(rowStart: Int) throws -> String {
        // FEBRL's files have a blank behind each comma; a quote may stand behind it.
        var first = place
        while first < bytes.count, bytes[first] == UInt8(ascii: " ") { first += 1 }
        if first < bytes.count, bytes[first] == Self.quote {
            place = first + 1
            return try quoted(rowStart: rowStart)
        }
        let start = place
        while place < bytes.count, bytes[place] != delimiter, bytes[place] != Self.lineFeed, bytes[place] != Self.carriageReturn {
            place += 1
        }
        try check(rowStart)
        return String(decoding: bytes[start..<place], as: UTF8.self)
    }

    private mutating func quoted(rowStart: Int) throws -> String {
        var text: [UInt8] = []
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if byte == Self.quote {
                guard place < bytes.count, bytes[place] == Self.quote else {
                    // Whatever stands between the quote and the delimiter belongs to nothing.
                    while place < bytes.count, bytes[place] != delimiter, bytes[place] != Self.lineFeed, bytes[place] != Self.carriageReturn
                    { place += 1 }
                    try check(rowStart)
                    return String(decoding: text, as: UTF8.self)
                }
                place += 1
            }
            if byte == Self.lineFeed { line += 1 }
            text.append(byte)
            try check(rowStart)
        }
        throw Complaint(
            "\(file), line \(rowLine): a quoted cell is never closed.",
            remedy: "Close it with a double quote; a quote within it is written twice.")
    }

    private func check(_ rowStart: Int) throws {
        guard place - rowStart <= DelimitedText.rowBytesMax else {
            throw Complaint(
                "\(file), line \(rowLine): the row is longer than \(DelimitedText.rowBytesMax >> 20) MB.",
                remedy: "Look for a double quote that is never closed.")
        }
    }
}
