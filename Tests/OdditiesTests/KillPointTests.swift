import Testing

@testable import Oddities

@Suite("Named points at which a program may be killed")
struct KillPointTests {
    #if DEBUG
        @Test("a name and how often it comes by, and nothing else, is understood")
        func drawn() {
            let drawn = KillPoints.Drawn("drain-marked:3")
            #expect(drawn?.name == "drain-marked" && drawn?.count == 3)
            for wrong in ["", "drain-marked", "drain-marked:0", "drain-marked:-1", "drain-marked:x", "a:1:2"] {
                #expect(KillPoints.Drawn(wrong) == nil, "\(wrong)")
            }
        }
    #endif
}
