import Foundation
import Rehearsal

/// The days of Online Retail in order, or generated ones of the same shape where the files are absent.
struct RetailYear {
    let days: Int
    /// In plain words, for the first line of the journey.
    let origin: String
    private let files: [URL]

    /// - Parameters:
    ///   - folder: where `by-day.tar.xz` stands.
    ///   - scratch: an empty folder to unpack it into.
    ///   - limit: how many days; `nil` for all.
    init(folder: String, scratch: URL, limit: Int?) throws {
        let archive = URL(filePath: folder).appending(path: "by-day.tar.xz")
        guard FileManager.default.fileExists(atPath: archive.path) else {
            files = []
            days = min(limit ?? 3, 3)
            origin = "\(days) made-up days in the shape of UCI Online Retail, whose files are not here"
            return
        }
        try Self.unpack(archive, into: scratch)
        let found = FileManager.default.enumerator(at: scratch, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        let all = found.filter { $0.pathExtension == "csv" }.sorted { $0.lastPathComponent < $1.lastPathComponent }
        files = Array(all.prefix(limit ?? all.count))
        days = files.count
        origin = "\(days) of the \(all.count) days of a real retailer (UCI Online Retail)"
    }

    func lines(day: Int) throws -> [RetailLine] {
        guard !files.isEmpty else {
            return GeneratedRetail.lines(invoices: 60, day: "2010-12-0\(day + 1)", seed: UInt64(day)).map { line in
                var line = line
                line.invoice += "-\(day)"
                return line
            }
        }
        return try OnlineRetail.lines(csv: [UInt8](try Data(contentsOf: files[day])))
    }

    private static func unpack(_ archive: URL, into folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let tar = Process()
        tar.executableURL = URL(filePath: "/usr/bin/env")
        tar.arguments = ["tar", "-xJf", archive.path, "-C", folder.path]
        try tar.run()
        tar.waitUntilExit()
        guard tar.terminationStatus == 0 else {
            throw DemoError("\(archive.path) cannot be unpacked.", remedy: "tar and xz are needed: apt-get install xz-utils.")
        }
    }
}
