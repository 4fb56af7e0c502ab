import ArgumentParser

struct CollectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect", abstract: "Let go of records that were deleted long ago.",
        discussion: """
            Says how many there are; --apply does it. The hub does so by itself every day, for what is dead for 90 days
            (collect-after-days in its settings). The journal keeps every change: an edit of a collected record is set aside as a conflict,
            and replaying it brings the record back. A site that was away since before the deletions compares
            its view with the hub's when it is back.

              tributary collect --older-than 30
              tributary collect --older-than 30 --apply --by ann
            """)

    @Option(help: ArgumentHelp("Deleted for at least so many days.", valueName: "days")) var olderThan = 90
    @Flag(help: "Do it.") var apply = false
    @OptionGroup var decider: DeciderOptions
    @OptionGroup var listing: ListingOptions

    private struct Question: Encodable {
        let olderThanDays: Int
        let dryRun: Bool
        let author: String
        let note: String?
    }
    private struct Answer: Decodable { let records: Int }

    mutating func run() async throws {
        let question = Question(olderThanDays: olderThan, dryRun: !apply, author: decider.by, note: decider.note)
        let bytes = try await listing.hub.connection().post("collect", body: question)
        let isDone = apply
        try listing.show(bytes, as: Answer.self) { answer in
            guard answer.records > 0 else { return "Nothing is dead for so long." }
            let records = answer.records == 1 ? "1 record" : "\(answer.records) records"
            return isDone ? "\(records) collected." : "\(records) would be collected. Do it: --apply"
        }
    }
}
