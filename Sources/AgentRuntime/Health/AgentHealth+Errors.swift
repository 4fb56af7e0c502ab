import Capture

extension AgentHealth.Problem {
    /// What an error says to an operator, in two sentences.
    public init(_ error: any Error) {
        switch error {
        case let error as KeptProblem: self = error.problem
        case let error as CaptureError: self.init(code: error.code.rawValue, message: error.message, remedy: error.remedy)
        case let error as AgentError: self.init(code: error.code.rawValue, message: error.message, remedy: error.remedy)
        case let error as LineFailure: self.init(code: error.kind.rawValue, message: error.message, remedy: error.remedy)
        case let error as MappingError:
            let first = error.problems.first { $0.severity == .error } ?? error.problems.first
            self.init(
                code: first?.code.rawValue ?? "mapping-invalid",
                message: first.map { "\($0.place): \($0.message)" } ?? "The mapping does not fit the file.",
                remedy: first?.remedy ?? "Check the mapping.")
        default:
            let known = AgentError(database: error, file: "The agent's file")
            self.init(code: known.code.rawValue, message: known.message, remedy: known.remedy)
        }
    }

    /// An attached file and its mapping have parted: usually the application was updated.
    init(mapping error: MappingError, noLongerFits source: String) {
        self.init(error)
        message = "The mapping no longer fits \(source): \(message)"
        remedy += " Correct the mapping file: it is read again by itself, and what is written meanwhile is captured then."
    }
}
