import Foundation

/// One reader of bytes from outside, with what must hold whatever it is given.
struct FuzzedReader: Sendable, CustomStringConvertible {
    /// As `make fuzz TARGET=…` names it, and the folder of its corpus.
    let name: String
    /// Inputs to start from: made by the product's own writers, or taken from files of the repository.
    let seeds: @Sendable () throws -> [[UInt8]]
    /// - Throws: `BrokenPromise`. An input that is refused as it should be is no error.
    let read: @Sendable ([UInt8]) async throws -> Void

    var description: String { name }

    static let all: [FuzzedReader] = [
        changeSet, inflate, push, decisionSeal, answer, answerFrame, recordState, stockCell, canonicalBytes, journalPiece,
        requestHeaders, frames, hubBodies, hubQueries, consoleWords, linkRules, matchModel,
        loopbackWrite, seenToken, hubDocuments, hubRefusal, jsonText, words,
        mapping, settings, delimitedText, conversions, identifiers, people,
    ]
}

/// A choice, then what it is about.
func tagged(_ tag: UInt8, _ bytes: [UInt8]) -> [UInt8] { [tag] + bytes }

/// Something that a reader promises and did not keep: the fuzzer stops on it, and a replay fails.
struct BrokenPromise: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

func promise(_ holds: Bool, _ sentence: @autoclosure () -> String) throws {
    if !holds { throw BrokenPromise(sentence()) }
}

/// - Returns: `nil` where the input is refused with an error of a kind that is announced.
func attempt<Result>(_ refusals: any Error.Type..., body: () throws -> Result) throws -> Result? {
    do { return try body() } catch let error as BrokenPromise { throw error } catch {
        guard refusals.contains(where: { $0 == type(of: error) }) else {
            throw BrokenPromise("It was refused with \(type(of: error)): \(error)")
        }
        return nil
    }
}

/// An input as several things: a choice, a line, the rest.
struct Pieces {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

    mutating func byte() -> UInt8 { bytes.popFirst() ?? 0 }

    /// Up to the next line feed, which is taken, too.
    mutating func line() -> String {
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        bytes = bytes.dropFirst(line.count + 1)
        return String(decoding: line, as: UTF8.self)
    }

    var rest: [UInt8] { Array(bytes) }
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The files of a folder with this ending, by their names.
    static func files(_ folder: String, _ ending: String) throws -> [[UInt8]] {
        let url = root.appendingPathComponent(folder)
        let names = try FileManager.default.contentsOfDirectory(atPath: url.path).filter { $0.hasSuffix(ending) }.sorted()
        return try names.map { [UInt8](try Data(contentsOf: url.appendingPathComponent($0))) }
    }
}
