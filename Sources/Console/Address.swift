import Foundation

/// Where things stand at the console.
public enum Address {
    /// A part of a path, or a value behind a question mark.
    public static func encoded(_ part: String) -> String { part.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "" }

    static func site(_ name: String) -> String { "/sites/" + encoded(name) }
    static func article(_ sku: String) -> String { "/stock/" + encoded(sku) }
    public static func order(_ number: String) -> String { "/orders/" + encoded(number).replacing("%2D", with: "-") }
    public static func history(record life: String, field: String, from place: String? = nil) -> String {
        "/history?record=\(encoded(life))&field=\(encoded(field))" + (place.map { "&from=\(encoded($0))" } ?? "")
    }
    public static func conflict(_ id: String) -> String { "/conflicts/" + encoded(id) }
}
