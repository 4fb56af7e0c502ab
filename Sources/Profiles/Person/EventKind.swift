import ChangeSets

/// What a person did, as far as measures tell kinds apart. A kind that this version does not know travels and is shown as it is.
public enum EventKind: Hashable, Sendable {
    case pageView
    case logIn
    case cart
    case mailOpened
    case call
    case visit
    case other(Text)

    /// Reads a kind as systems write it: letter case, spaces around, `-` and `_` do not matter, and usual synonyms are known.
    public init(_ text: Text) {
        let words = text.string.lowercased().split { $0.isWhitespace || $0 == "-" || $0 == "_" }
        self = Self.names[words.joined(separator: " ")] ?? .other(text)
    }

    /// Whether somebody was at the site, in person or with a browser: opening a mail or calling is no visit.
    public var isVisit: Bool { [.pageView, .logIn, .cart, .visit].contains(self) }

    private static let names: [String: EventKind] = [
        "page view": .pageView, "pageview": .pageView, "page viewed": .pageView, "page": .pageView, "view": .pageView,
        "log in": .logIn, "login": .logIn, "logged in": .logIn, "sign in": .logIn, "signin": .logIn, "signed in": .logIn,
        "cart": .cart, "basket": .cart, "add to cart": .cart, "cart add": .cart, "added to cart": .cart,
        "mail opened": .mailOpened, "email opened": .mailOpened, "e mail opened": .mailOpened, "open": .mailOpened,
        "call": .call, "phone call": .call, "visit": .visit, "store visit": .visit, "shop visit": .visit,
    ]
}
