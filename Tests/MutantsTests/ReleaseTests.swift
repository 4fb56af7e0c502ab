// Compiled into release builds of the tests only, as `scripts/simulate` makes them: debug builds are what the switch is for.
#if !DEBUG
    import Foundation
    import Mutants
    import Testing

    @Suite("A release build")
    struct ReleaseTests {
        @Test("no variable switches a mistake on", arguments: Mutant.allCases)
        func ignoresSwitch(mutant: Mutant) {
            setenv("TRIBUTARY_MUTANT", mutant.rawValue, 1)
            #expect(!mutant.isOn)
            unsetenv("TRIBUTARY_MUTANT")
        }
    }
#endif
