import AgentRuntime
import Capture
import Complaints
import Foundation
import Serving

@main
struct Main {
    static func main() async {
        Heap.useOneArena()
        let program = CommandLineProgram(TributaryAgent.self) { error in
            if let error = error as? MappingError {
                return error.problems.filter { $0.severity == .error }.map { Complaint("\($0.place): \($0.message)", remedy: $0.remedy) }
            }
            if let error = error as? ServerError { return [Complaint(error.message, remedy: error.remedy)] }
            let problem = AgentHealth.Problem(error)
            return [Complaint(problem.message, remedy: problem.remedy)]
        }
        exit(await program.run())
    }
}
