/// What is wrong with a stock effect or a figure, and what to do about it.
public struct InventoryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Stable names, listed in `protocol/errors.md`.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// One quantity is beyond any real stock: the change belongs in quarantine.
        case quantityTooLarge = "stock-quantity-too-large"
        /// The sum does not fit into 64 bits: the figure is shown as unknown, the changes stay.
        case figureOverflows = "stock-figure-overflows"
        /// A reservation that ends by itself but says no document: nothing could tell what a release gives back.
        case claimWithoutDocument = "stock-claim-without-document"
        /// The stored state of a cell cannot be read.
        case damaged = "stock-state-damaged"
    }

    public var code: Code
    public var message: String
    public var remedy: String

    public init(_ code: Code, _ message: String, remedy: String) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }

    public var description: String { "\(message)\n\(remedy)" }
}
