import Foundation
import Mustache

/// The console's words in one language: `strings/en.json`, `strings/de.json`. A test holds that each has what the other has.
struct Strings: Sendable, MustacheParent {
    let language: Language
    private let texts: [String: String]

    init(_ language: Language, files: [String: ConsoleFile]) throws {
        self.language = language
        let file = files["strings/\(language.rawValue).json"]
        texts = try JSONDecoder().decode([String: String].self, from: Data(file?.bytes ?? []))
    }

    /// `{{s.name}}` in a template. A missing one shows its name, which no reader of a page overlooks.
    func child(named name: String) -> Any? { self[name] }

    subscript(name: String) -> String { texts[name] ?? "⟦\(name)⟧" }

    /// With what stands in braces put in: `{site} had not heard of this`.
    func callAsFunction(_ name: String, _ values: KeyValuePairs<String, String>) -> String {
        values.reduce(self[name]) { $0.replacing("{\($1.key)}", with: $1.value) }
    }

    /// `name-one` or `name-other`, with the number put in for `{n}`. Both languages know these two forms.
    func count(_ name: String, _ number: Int, _ shown: String, _ values: KeyValuePairs<String, String> = [:]) -> String {
        let text = self(number == 1 ? "\(name)-one" : "\(name)-other", values)
        return text.replacing("{n}", with: shown)
    }

    func has(_ name: String) -> Bool { texts[name] != nil }
    var names: Set<String> { Set(texts.keys) }
}
