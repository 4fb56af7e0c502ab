import ArgumentParser
import Complaints
import Foundation
import Profiles

struct MatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "match", abstract: "Try the hub's linking on a file of customers; needs no hub.",
        discussion: """
            Says which rows the standard rules would link and which the model would propose, learnt from the file itself without labels. With a
            column that says who is who, the result is held against it: pairs, whole people, and what was missed.

              tributary-hub match customers.csv --columns "ort=city,note="
              tributary-hub match labelled.csv --truth cluster --sweep
            """)

    @Argument(help: ArgumentHelp("A CSV file whose first line names the columns.", valueName: "file")) var file: String
    @Option(help: ArgumentHelp("The column that says who is who. Found by itself: cluster, rec_id, …", valueName: "column")) var truth:
        String?
    @Option(
        help: ArgumentHelp(
            "The column that says which system a row is from: the rules' limits count per system, while the model, as at a hub, proposes within one and across. Default: all from one.",
            valueName: "column"))
    var source: String?
    @Option(
        help: ArgumentHelp(
            "What columns hold, where their names do not say: \"given_name=first name,ort=city\".", valueName: "column=field,…"))
    var columns: String?
    @Option(help: ArgumentHelp("Propose from this probability on.", valueName: "probability")) var threshold: Double?
    @Flag(help: "Look for the threshold at which the pairs' F1 is best.") var sweep = false
    @Option(help: ArgumentHelp("Examples shown of what was missed and of what was wrong.", valueName: "count")) var examples = 5

    func validate() throws {
        if let threshold, !(0...1).contains(threshold) { throw ValidationError("A probability lies between 0 and 1.") }
        if examples < 0 { throw ValidationError("Give a number of examples from 0 on.") }
    }

    func run() throws {
        guard let bytes = FileManager.default.contents(atPath: file) else {
            throw Complaint("\(file) cannot be read.", remedy: "Check the path and its permissions.")
        }
        let table = try DelimitedText([UInt8](bytes), file: file)
        let columns = try PersonColumns(table.header, mapping: columns, truth: truth, source: source)
        let report = MatchReport(table, columns)
        print(report.text(bitsMin: threshold.map(MatchThreshold.bits) ?? MatchThreshold.proposal, sweeps: sweep, examplesMax: examples))
    }
}
