import Foundation
import HubRuntime
import Mustache

/// The hub's pages: what the hub answers, and who asks, in; HTML out. It asks nobody and keeps nothing.
public struct Console: Sendable {
    private let library: MustacheLibrary
    private let strings: [Language: Strings]
    let files: [String: ConsoleFile]

    /// - Throws: the parser's error for a template or a list of words that cannot be read: a mistake of ours, found when the hub starts.
    public init(files: [String: ConsoleFile] = ConsoleFile.all) throws {
        EscapedText.register()
        self.files = files
        var templates: [String: MustacheTemplate] = [:]
        for (name, file) in files where name.hasPrefix("templates/") && name.hasSuffix(".mustache") {
            let text = EscapedText.pragma + String(decoding: file.bytes, as: UTF8.self)
            templates[String(name.dropFirst("templates/".count).dropLast(".mustache".count))] = try MustacheTemplate(string: text)
        }
        library = MustacheLibrary(templates: templates)
        strings = try Dictionary(uniqueKeysWithValues: Language.allCases.map { ($0, try Strings($0, files: files)) })
    }

    func forms(for visitor: Visitor) -> Forms {
        Forms(strings: strings[visitor.language]!, zone: visitor.zone, now: visitor.now)
    }

    /// A whole page.
    func page(_ template: String, title: String, section: Section?, _ page: View, for visitor: Visitor) -> [UInt8] {
        let forms = forms(for: visitor)
        let context: View = [
            "s": forms.strings, "frame": frame(title: title, section: section, visitor, forms), "page": page, "form": visitor.formToken,
            "mayDecide": visitor.may(.operator), "mayManage": visitor.may(.admin),
        ]
        return Array((library.render(context, withTemplate: template) ?? "").utf8)
    }

    /// A part of a page, which a script puts in place of the one before.
    func part(_ template: String, _ page: View, for visitor: Visitor) -> [UInt8] {
        let context: View = [
            "s": forms(for: visitor).strings, "page": page, "form": visitor.formToken, "mayDecide": visitor.may(.operator),
            "mayManage": visitor.may(.admin),
        ]
        return Array((library.render(context, withTemplate: template) ?? "").utf8)
    }

    // MARK: what surrounds every page

    private func frame(title: String, section: Section?, _ visitor: Visitor, _ forms: Forms) -> View {
        let strings = forms.strings
        let groups: [View] = Section.groups.compactMap { group in
            let sections: [View] = group.filter { visitor.may($0.role) }.map { entry in
                [
                    "address": entry.address, "name": strings["nav-\(entry.rawValue)"], "icon": entry.rawValue,
                    "isCurrent": entry == section,
                    "badge": entry == .conflicts && visitor.conflictsOpen > 0 ? forms.number(visitor.conflictsOpen) : nil,
                ]
            }
            return sections.isEmpty ? nil : ["sections": sections]
        }
        let languages: [View] = Language.allCases.map {
            ["code": $0.rawValue, "name": $0.name, "isCurrent": $0 == visitor.language]
        }
        let themes: [View] = ["system", "light", "dark"].map {
            ["code": $0, "name": strings["theme-\($0)"], "isCurrent": $0 == (visitor.theme ?? "system")]
        }
        return [
            "title": title, "language": visitor.language.rawValue, "theme": visitor.theme, "style": address("style.css"),
            "script": address("console.js"), "icons": address("icons.svg"),
            "mark": address("mark.svg"), "groups": groups, "languages": languages, "themes": themes,
            "here": visitor.path, "said": visitor.said.flatMap { strings.has("said-\($0)") ? strings["said-\($0)"] : nil },
            "person": visitor.name.map { name -> View in
                ["name": name, "role": visitor.role.map { strings["role-\($0.rawValue)"] }]
            },
        ]
    }

    private func address(_ name: String) -> String { "/console/\(name)?v=\(files[name]?.version ?? "")" }
}

/// Who looks at a page, and how.
public struct Visitor: Sendable {
    /// `nil`: nobody has signed in.
    public var name: String?
    public var role: Role?
    /// What this person's forms carry.
    public var formToken: String?
    public var language: Language
    /// `light` or `dark`; `nil`: as the system has it.
    public var theme: String?
    public var zone: TimeZone
    /// The hub's clock, in milliseconds since 1970.
    public var now: UInt64
    /// The page's own address.
    public var path: String
    /// Of something that was just done: a name among the words.
    public var said: String?
    public var conflictsOpen = 0

    public init(
        name: String?, role: Role?, formToken: String?, language: Language, theme: String?, zone: TimeZone, now: UInt64, path: String,
        said: String?
    ) {
        self.name = name
        self.role = role
        self.formToken = formToken
        self.language = language
        self.theme = theme
        self.zone = zone
        self.now = now
        self.path = path
        self.said = said
    }

    public func may(_ least: Role) -> Bool { role.map { $0 >= least } ?? false }
}

/// What stands in the list at the side.
public enum Section: String, Sendable {
    case overview, conflicts, customers, stock, sites, quality, flow, business, rules, audit, people

    /// What a day is made of, what it rests on, and who looks after it.
    static let groups: [[Section]] = [
        [.overview, .conflicts, .customers, .stock], [.sites, .quality, .flow, .business], [.rules, .audit, .people],
    ]

    var address: String { self == .overview ? "/" : "/\(rawValue)" }

    /// The least role that has something to do there.
    var role: Role { [.audit, .people].contains(self) ? .admin : .viewer }
}
