import Testing
@testable import ChangeSets
