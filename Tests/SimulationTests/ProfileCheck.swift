import Causality
import ChangeSets
import Foundation
import HubRuntime

/// Holds what the hub shows of one person, field by field, against the literal history of the person's customers: which of several values
/// is shown is a policy's affair, that somebody wrote it there and nobody has superseded it is not.
struct ProfileCheck {
    /// The person's customers.
    var lives: Set<Dot>
    var history: JournalHistory

    /// - Parameter profile: as the hub answers with it.
    func violations(_ profile: JSONAnswer) -> [String] {
        guard let object = profile.object, let fields = object["fields"] as? [String: [String: Any]] else {
            return ["profile of \(lives.sorted()): it has no fields"]
        }
        var found = told.subtracting(fields.keys).sorted().map { "hidden: the profile of \(lives.sorted()) has no \($0)" }
        for (name, field) in fields.sorted(by: { $0.key < $1.key }) {
            if let fault = fault(of: field, name, isShown: true) { found.append(fault) }
            for beaten in field["beaten"] as? [[String: Any]] ?? [] {
                if let fault = fault(of: beaten, name, isShown: false) { found.append(fault) }
            }
        }
        return found
    }

    /// Fields of which some customer has a value.
    private var told: Set<String> {
        lives.reduce(into: []) { told, life in
            for (field, writes) in history.records[life]?.fields ?? [:] {
                if history.live(writes).contains(where: { $0.value != .null }) { told.insert(field.description) }
            }
        }
    }

    /// - Parameter isShown: then it has to be live; among the beaten ones are such that were replaced.
    private func fault(of candidate: [String: Any], _ field: String, isShown: Bool) -> String? {
        let name = "\(field) of the profile of \(lives.sorted())"
        guard let life = (candidate["record"] as? String).flatMap({ Dot($0) }), lives.contains(life),
            let dot = (candidate["dot"] as? String).flatMap({ Dot($0) }),
            let writes = history.records[life]?.fields[FieldName(field)], let write = writes.first(where: { $0.dot == dot })
        else { return "ghost: \(name) comes from no write of one of its customers" }
        if isShown, !history.live(writes).contains(where: { $0.dot == dot }) { return "not live: \(name), written as \(dot)" }
        return Self.says(candidate["value"], write.value) ? nil : "ghost: \(name) is not what \(dot) wrote"
    }

    private static func says(_ shown: Any?, _ value: Value?) -> Bool {
        switch value {
        case .text(let text): shown as? String == text.string
        case .integer(let number): (shown as? NSNumber)?.int64Value == number
        case .real(let number): (shown as? NSNumber)?.doubleValue == number
        case .null: shown is NSNull
        case .reference, .blob, .malformedText: shown != nil
        case nil: false
        }
    }
}
