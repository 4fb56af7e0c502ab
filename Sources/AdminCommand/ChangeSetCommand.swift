import ArgumentParser
import ChangeSets
import Complaints
import Foundation

struct ChangeSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "changeset", abstract: "Change-sets as files: what an agent sent, what the hub keeps.", subcommands: [Dump.self])

    struct Dump: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a change-set as JSON. Needs no hub.",
            discussion: """
                Example: tributary changeset dump 000041.changeset
                The JSON holds customers' data if the change-set does; --no-personal leaves the values of personal fields out.
                """)

        @Argument(help: "The change-set's file.", completion: .file()) var file: String
        @Flag(inversion: .prefixedNo, help: "Show the values of personal fields.") var personal = true

        mutating func run() async throws {
            guard let bytes = FileManager.default.contents(atPath: file) else {
                throw Complaint("There is no file \(file), or it cannot be read.", remedy: "Check the path and its permissions.")
            }
            do {
                let bytes = [UInt8](bytes)
                let set = try ChangeSetCodec.decode(bytes)
                let hash = try ChangeSetCodec.hash(of: bytes)
                print(TerminalText.json(set.json(hash: hash, showsPersonal: personal)))
            } catch let error as ChangeSetError {
                throw Complaint("\(file): \(error.message)", remedy: error.remedy)
            }
        }
    }
}
