import Profiles
import Testing

/// What was typed, and the form or the fault that it has.
struct FormCase: Sendable, CustomTestStringConvertible {
    var raw: String
    var country: String?
    var expected: Result<String, FormFault>

    init(_ raw: String, _ form: String) { self.init(raw, nil, form) }

    init(_ raw: String, _ country: String?, _ form: String) {
        self.raw = raw
        self.country = country
        expected = .success(form)
    }

    init(_ raw: String, _ country: String? = nil, fault: FormFault) {
        self.raw = raw
        self.country = country
        expected = .failure(fault)
    }

    var testDescription: String { "\(raw.prefix(40).debugDescription) in \(country ?? "no country")" }

    func check(_ read: () throws(FormFault) -> String) {
        do throws(FormFault) {
            let form = try read()
            #expect(.success(form) == expected)
        } catch {
            #expect(.failure(error) == expected)
        }
    }
}
