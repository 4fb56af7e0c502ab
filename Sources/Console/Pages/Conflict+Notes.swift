import HubRuntime

/// What somebody had written into a conflict's page when it was refused.
public struct ConflictTyped: Sendable {
    /// A decision's value and reason.
    public var value: String?
    public var note: String?
    /// A note for colleagues.
    public var text: String?
    /// Values for fields of a change that is set aside.
    public var mended: [String: String]

    public init(value: String? = nil, note: String? = nil, text: String? = nil, mended: [String: String] = [:]) {
        self.value = value
        self.note = note
        self.text = text
        self.mended = mended
    }
}

// What colleagues wrote down about a conflict, and the form for one more.
extension Console {
    func addNotes(of story: ConflictStory, _ typed: ConflictTyped, to view: inout View, _ forms: Forms) {
        view["notes"] =
            story.notes.map { note -> View in
                ["who": note.author, "at": forms.stamp(note.time), "text": note.text]
            }
        view["hasNotes"] = !story.notes.isEmpty
        view["mayNote"] = story.notes.count < Hub.conflictNotesMax
        view["noteMax"] = String(Hub.conflictNoteCharactersMax)
        // Of a conflict that is over nothing else can be written: what was on its way into a decision is not lost.
        let rest = story.conflict == nil ? [typed.value, typed.note].compactMap { $0 } : []
        view["typedText"] = typed.text ?? (rest.isEmpty ? nil : rest.joined(separator: "\n"))
    }

    /// How many there are, with the beginning of the last one.
    func noteMark(_ mark: ConflictNoteMark?, _ forms: Forms) -> View? {
        guard let mark else { return nil }
        let line = mark.last.text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        let beginning = line.count > Self.noteBeginningMax ? line.prefix(Self.noteBeginningMax - 1) + "…" : line
        return ["count": forms.count("conflicts-notes", mark.count), "last": "\(mark.last.author): \(beginning)"]
    }

    private static let noteBeginningMax = 80
}
