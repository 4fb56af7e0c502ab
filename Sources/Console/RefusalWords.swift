import HubRuntime

/// A refusal in the language of whoever reads it.
///
/// The hub's own words are English, and tell more than words by code can: they stand below those, where these do not say all.
struct RefusalWords {
    let message: String
    let remedy: String
    /// In English.
    let detail: String?

    init(code: String, message: String, remedy: String, strings: Strings) {
        guard strings.language != .english, strings.has("error-\(code)") else {
            (self.message, self.remedy, detail) = (message, remedy, nil)
            return
        }
        self.message = strings["error-\(code)"]
        self.remedy = strings["remedy-\(code)"]
        detail = Self.whole.contains(code) ? nil : [message, remedy].filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// Of these the words by code say everything: the hub's own hold no number, no name and no other reason.
    private static let whole: Set<String> = [
        "sign-in-refused", "site-exists", "name-taken", "conflict-gone", "undo-forbidden", "form-foreign", "path-unknown", "hub-busy",
        "hub-stopping", "storage-busy",
    ]

    var view: View { ["message": message, "remedy": remedy, "detail": detail] }
}

extension Console {
    func told(_ error: HubError, _ strings: Strings) -> View {
        RefusalWords(code: error.code.rawValue, message: error.message, remedy: error.remedy, strings: strings).view
    }
}
