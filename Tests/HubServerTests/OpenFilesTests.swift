import Glibc
import Testing

@testable import Serving

@Suite("Files and connections at once")
struct OpenFilesTests {
    @Test(
        "a limit leaves room for the database and its like; more than a bound is not taken",
        arguments: [
            (64, 32), (400, 200), (512, 256), (513, 257), (1_024, 768), (10_256, 10_000), (10_257, 10_000), (1 << 30, 10_000),
        ])
    func connections(openFiles: Int, connections: Int) {
        #expect(OpenFiles.connections(openFiles: openFiles) == connections)
    }

    @Test("the limit is raised as far as the system allows, and raising it again changes nothing")
    func raised() {
        let raised = OpenFiles.raiseLimit()
        var limit = rlimit()
        #expect(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
        #expect(UInt(raised) == limit.rlim_cur && limit.rlim_cur >= min(limit.rlim_max, OpenFiles.wanted))
        #expect(OpenFiles.raiseLimit() == raised)
    }
}
