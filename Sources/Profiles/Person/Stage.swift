/// How far a person has come.
///
/// - **customer**: a purchase that counts, or a return: who gives something back has bought it, and be it before the hub's time.
/// - **prospect**: any event (log-in, cart, visit, mail opened ...), a cancelled order, or a consent that is in force.
/// - **lead**: contact data and no more.
public enum Stage: String, Hashable, Sendable, CaseIterable {
    case lead
    case prospect
    case customer

    public init(_ measures: Measures, consents: ConsentRegister) {
        if measures.purchases > 0 || measures.returns > 0 {
            self = .customer
        } else if measures.events > 0 || measures.attempts > 0 || consents.entries.contains(where: { $0.isGiven == true }) {
            self = .prospect
        } else {
            self = .lead
        }
    }
}
