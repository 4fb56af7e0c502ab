import ChangeSets

extension ConflictCommand {
    /// How a conflict came about, as the hub tells it.
    struct Story: Decodable {
        struct Write: Decodable {
            let dot, site: String
            let value: JSONValue
            let time: UInt64
            let shown, heard: [String]
        }
        struct Foresight: Decodable {
            let onHand, available: Int64
            let conflicts: Int

            var text: String {
                "\(Readable.amount(onHand)) on hand, \(Readable.amount(available)) can be sold"
                    + (conflicts > 0 ? ", and \(Readable.count(conflicts, "conflict")) about it left" : "")
            }
        }
        /// What took from a pile, or was promised of it.
        struct Taker: Decodable {
            let at: UInt64
            let kind, site, source: String
            let quantity: Int64
            let record: String?
        }
        /// As the story shows it.
        struct Shown: Decodable { let seen: String }
        let conflict: Shown?
        let sides, earlier: [Write]
        let notes: [NoteShown]
        /// By the dot that is taken.
        let foresight: [String: Foresight]
        /// Of an oversold pile, the newest first.
        let takers: [Taker]?
        /// Of a change that is set aside.
        let refused: Refused?

        var takerLines: [String] {
            var table = Table("WHAT TOOK FROM IT LAST", "KIND", "WHEN", "RECORD", ">PIECES")
            for taker in takers ?? [] {
                let by = [taker.site, taker.source].filter { !$0.isEmpty }.joined(separator: ", ")
                table.add(by, taker.kind, Readable.time(taker.at), taker.record ?? "-", Readable.amount(taker.quantity))
            }
            return table.isEmpty ? [] : [""] + table.text(widthMax: nil, indentedBy: 2).split(separator: "\n").map(String.init)
        }

        /// What the writer of a side had before its eyes, whom it had heard of, and what taking it leaves.
        func lines(of side: Conflict.Side, in conflict: Conflict) -> [String] {
            guard let write = sides.first(where: { $0.dot == side.dot }) else { return [] }
            let saw = earlier.filter { write.shown.contains($0.dot) }.map {
                "\(conflict.shown($0.value)) (\($0.site), \(Readable.time($0.time)))"
            }
            var lines = saw.isEmpty ? [] : ["was shown " + saw.joined(separator: ", ")]
            let others = conflict.sides.filter { $0.dot != side.dot }
            if others.count > Self.othersMax {
                let heard = others.count { write.heard.contains($0.dot) }
                lines.append("\(heard) of the \(others.count) other sides had reached its site; its writer was shown none")
            } else {
                lines += others.map { other in
                    let name = "\(other.by.first ?? other.site)'s of \(Readable.time(other.written))"
                    return write.heard.contains(other.dot)
                        ? "\(name) had reached its site, but its writer was not shown it" : "had not heard of \(name)"
                }
            }
            if conflict.choices.contains("take"), let foresight = foresight[side.dot] { lines.append("taken: \(foresight.text)") }
            return lines
        }

        /// More sides are counted and not told one by one.
        static let othersMax = 4
    }
}
