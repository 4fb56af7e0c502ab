import Mustache

/// What a template is filled with: names and values. A name without a value is not there.
struct View: MustacheParent, ExpressibleByDictionaryLiteral {
    private var members: [String: Any] = [:]

    init(dictionaryLiteral members: (String, Any?)...) {
        for case (let name, let value?) in members { self.members[name] = value }
    }

    func child(named name: String) -> Any? { members[name] }

    subscript(name: String) -> Any? {
        get { members[name] }
        set { members[name] = newValue }
    }
}

/// HTML that is made here, and so is taken as it is (`{{{name}}}`): drawings.
struct Markup: MustacheCustomRenderable {
    var html: String
    var renderText: String { html }
    var isNull: Bool { html.isEmpty }
}

/// Escapes what is not ours, scalar by scalar: for a whole character, `"` with a combining accent would be another one, and end an
/// attribute all the same.
struct EscapedText: MustacheContentType {
    /// Every template begins with it, for the library escapes character by character where nothing is said.
    static let pragma = "{{% CONTENT_TYPE:TRIBUTARY}}"

    static func register() { MustacheContentTypes.register(EscapedText(), named: "TRIBUTARY") }

    func escapeText(_ text: String) -> String { Self.escaped(text) }

    static func escaped(_ text: String) -> String {
        var utf8: [UInt8] = []
        utf8.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "<"): utf8 += "&lt;".utf8
            case UInt8(ascii: ">"): utf8 += "&gt;".utf8
            case UInt8(ascii: "&"): utf8 += "&amp;".utf8
            case UInt8(ascii: "\""): utf8 += "&quot;".utf8
            case UInt8(ascii: "'"): utf8 += "&#39;".utf8
            // Controls are nothing that HTML may hold.
            case 0..<9, 11, 12, 14..<32, 127: utf8 += "\u{FFFD}".utf8
            default: utf8.append(byte)
            }
        }
        return String(decoding: utf8, as: UTF8.self)
    }
}
