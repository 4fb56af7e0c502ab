/// Names of tables and columns that an application chose: they may hold spaces, quotes and keywords.
public enum SQLName {
    /// `name` as an SQL identifier, safe whatever it holds.
    public static func quoted(_ name: String) -> String {
        var sql = "\""
        for scalar in name.unicodeScalars {
            if scalar == "\"" { sql.unicodeScalars.append("\"") }
            sql.unicodeScalars.append(scalar)
        }
        return sql + "\""
    }

    /// The name as SQLite compares it: ASCII letters without case, everything else by its bytes.
    static func folded(_ name: String) -> [UInt8] {
        name.utf8.map { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") ? $0 | 0x20 : $0 }
    }

    public static func same(_ left: String, _ right: String) -> Bool { folded(left) == folded(right) }
}
