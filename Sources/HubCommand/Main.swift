import Serving
import Complaints
import Foundation
import HubRuntime
import HubServer

@main
struct Main {
    static func main() async {
        let program = CommandLineProgram(TributaryHub.self) { error in
            switch error {
            case let error as HubError: [Complaint(error.message, remedy: error.remedy)]
            case let error as HubServerError: [Complaint(error.message, remedy: error.remedy)]
            case let error as ServerError: [Complaint(error.message, remedy: error.remedy)]
            default: []
            }
        }
        exit(await program.run())
    }
}
