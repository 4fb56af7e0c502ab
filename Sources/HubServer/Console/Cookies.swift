import Foundation
import HTTPTypes

/// What a browser gives back with each request.
struct Cookies {
    /// Around a name and a value they are no part of it (RFC 6265, section 5.2).
    private static let blanks = CharacterSet(charactersIn: " \t")

    private var values: [String: String] = [:]

    init(_ headers: HTTPFields) {
        for line in headers[values: .cookie] {
            // Scalar by scalar: a character that joins the next one must not swallow the sign between two.
            for pair in line.unicodeScalars.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1).map { String($0).trimmingCharacters(in: Self.blanks) }
                if parts.count == 2 { values[parts[0]] = parts[1] }
            }
        }
    }

    subscript(name: Name) -> String? { values[name.rawValue] }

    enum Name: String {
        case session = "tributary-session"
        case language = "tributary-language"
        case theme = "tributary-theme"
        /// The browser's time zone, which its script tells.
        case zone = "tributary-zone"
    }

    /// A line that sets one. No script may read a session, and no form of another site sends it along.
    ///
    /// - Parameters:
    ///   - seconds: how long it is kept; `nil`: until the browser is closed.
    ///   - isSecure: the browser came over TLS, and shall give it back in no other way.
    static func line(_ name: Name, _ value: String, seconds: Int?, isSecure: Bool) -> String {
        var line = "\(name.rawValue)=\(value); Path=/; SameSite=Lax"
        if name == .session { line += "; HttpOnly" }
        if let seconds { line += "; Max-Age=\(seconds)" }
        return isSecure ? line + "; Secure" : line
    }
}
