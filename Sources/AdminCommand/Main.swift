import Complaints
import Foundation

@main
struct Main {
    static func main() async { exit(await CommandLineProgram(Tributary.self).run()) }
}
