// swift-tools-version:6.2
import PackageDescription

// Rows as in docs/design.md: a module imports only from rows below its own,
// and the agent's side and the hub's side never import each other.

/// In CI a warning in our own targets is an error. A flag on the command line would reach the dependencies,
/// too, and compile them all again; a setting does neither.
let isStrict = Context.environment["TRIBUTARY_WARNINGS_AS_ERRORS"] == "1"

/// `scripts/fuzz` names libFuzzer's library here. Then there is one product, the fuzzer; our own targets are compiled fast, with their
/// assertions, and so that libFuzzer sees which branches an input takes.
let libFuzzer = Context.environment["TRIBUTARY_LIBFUZZER"]
let isFuzzing = libFuzzer != nil
/// Oddities are in debug builds, and where this asks for them: long simulations run faster in a release build.
let isSimulating = Context.environment["TRIBUTARY_SIMULATION"] == "1"
let settings: [SwiftSetting] =
    [.enableUpcomingFeature("ExistentialAny")] + (isStrict ? [.treatAllWarnings(as: .error)] : [])
    + (isSimulating ? [.define("TRIBUTARY_SIMULATION")] : [])
    + (isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer", "-O", "-assert-config", "Debug"])] : [])

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// For the fuzzer a command is a library: what it reads can be linked, and its `main` is left out.
func command(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    isFuzzing
        ? .target(name: name, dependencies: dependencies, exclude: ["Main.swift"], swiftSettings: settings)
        : .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let collections: Target.Dependency = .product(name: "Collections", package: "swift-collections")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let coreMetrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

/// Everything that reads bytes from outside, as the fuzzer calls it; the tests replay what it found.
let fuzzed: [Target.Dependency] = [
    "HubCommand", "AgentCommand", "HubTestSupport", "HubServer", "HubStoreSQLite", "Console", "HubRuntime", "AgentRuntime", "Capture",
    "Profiles", "Inventory", "Merging", "ChangeSets", "Causality", "Serving", "Complaints", "CurlClient", crypto, grdb, httpTypes,
    hummingbirdCore, logging,
]
let fuzzData = ["Corpora", "Dictionaries"]
let fuzz: Target =
    if let libFuzzer {
        .executableTarget(
            name: "Fuzz", dependencies: fuzzed, path: "Tests/Fuzz", exclude: fuzzData + ["Replay"], swiftSettings: settings,
            linkerSettings: [.unsafeFlags([libFuzzer, "-lstdc++"])])
    } else {
        .testTarget(
            name: "FuzzTests", dependencies: fuzzed, path: "Tests/Fuzz", exclude: fuzzData + ["Fuzzer"], swiftSettings: settings)
    }

let package = Package(
    name: "tributary",
    platforms: [.macOS(.v15)],
    products: isFuzzing
        ? [.executable(name: "tributary-fuzz", targets: ["Fuzz"])]
        : [
            .executable(name: "tributary", targets: ["AdminCommand"]),
            .executable(name: "tributary-agent", targets: ["AgentCommand"]),
            .executable(name: "tributary-demo", targets: ["Demo"]),
            .executable(name: "tributary-hub", targets: ["HubCommand"]),
        ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: ["FullFoundation"]),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // row 0
        module("Causality"),
        module("Folders"),
        module("Mutants"),
        module("Oddities"),
        module("Threads"),
        // the console's files, as bytes
        .target(name: "CConsole"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        // row 1
        module("ChangeSets", ["Causality", "Mutants", "Oddities", "CZlib", crypto]),
        // row 2
        module("Merging", ["ChangeSets", "Causality", "Mutants"]),
        // row 3
        module("Profiles", ["Merging", "ChangeSets", "Causality", "Mutants"]),
        module("Inventory", ["Merging", "ChangeSets", "Causality", "Mutants"]),
        module("Orders", ["Merging", "ChangeSets", "Causality"]),
        // row 4
        module("Capture", ["Merging", "ChangeSets", "Causality", "Mutants", "Oddities", grdb, sqlite, logging, yams]),
        module("CurlClient", ["Threads", "CCurl"]),
        module(
            "HubRuntime",
            [
                "Profiles", "Inventory", "Orders", "Merging", "ChangeSets", "Causality", "Mutants", "Oddities", "Threads", collections,
                crypto, cryptoExtras, logging, metrics,
            ]),
        // row 5
        module(
            "AgentRuntime",
            [
                "Capture", "CurlClient", "Merging", "ChangeSets", "Causality", "Folders", "Mutants", "Oddities", "Threads", crypto, grdb,
                sqlite, logging, lifecycle,
            ]),
        module("Complaints", [argumentParser]),
        module("Serving", [crypto, hummingbird, hummingbirdCore, httpTypes, nioCore, logging, lifecycle]),
        module(
            "HubStoreSQLite",
            [
                "HubRuntime", "Profiles", "Inventory", "Orders", "Merging", "ChangeSets", "Causality", "Folders", "Mutants", "Oddities",
                grdb, sqlite, logging,
            ]),
        module("Console", ["CConsole", "HubRuntime", "Profiles", "ChangeSets", "Causality", crypto, mustache]),
        // row 6
        module("AgentServer", ["AgentRuntime", "Serving", "Capture", "ChangeSets", hummingbird, httpTypes, logging, lifecycle]),
        module(
            "HubServer",
            [
                "Console", "Serving", "HubRuntime", "Profiles", "Inventory", "Orders", "Merging", "ChangeSets", "Causality", "Mutants",
                crypto, hummingbird, httpTypes, logging, metrics, coreMetrics, lifecycle,
            ]),
        // row 7
        command(
            "AgentCommand",
            [
                "Complaints", "AgentServer", "AgentRuntime", "Serving", "Capture", "CurlClient", "ChangeSets", "Causality",
                argumentParser, logging, lifecycle, unixSignals, yams,
            ]),
        command(
            "HubCommand",
            [
                "Complaints", "HubServer", "Serving", "HubStoreSQLite", "HubRuntime", "Profiles", "Merging", "CurlClient", "ChangeSets",
                "Causality",
                argumentParser, logging, lifecycle, unixSignals, metrics, coreMetrics, yams,
            ]),
        command("AdminCommand", ["Complaints", "CurlClient", "ChangeSets", "Causality", argumentParser, crypto]),
        // rehearsals: the demo and the journey drive the real binaries, and import no module of the product
        module("Rehearsal"),
        command("Demo", ["Rehearsal", sqlite]),
        // tests
        .target(name: "TestSupport", path: "Tests/Support", swiftSettings: settings),
        .target(
            name: "ProfilesTestSupport", dependencies: ["Profiles", "ChangeSets", "Causality"], path: "Tests/ProfilesSupport",
            swiftSettings: settings),
        tests(
            "SimulationTests",
            [
                "Oddities", "AgentRuntime", "Capture", "HubRuntime", "HubStoreSQLite", "Profiles", "ProfilesTestSupport", "Merging",
                "ChangeSets", "Causality", "TestSupport", logging, grdb,
            ]),
        tests("FoldersTests", ["Folders"]),
        tests("MutantsTests", ["Mutants"]),
        tests("OdditiesTests", ["Oddities"]),
        tests("ThreadsTests", ["Threads"]),
        tests("ComplaintsTests", ["Complaints", argumentParser]),
        tests("CausalityTests", ["Causality", "TestSupport"]),
        tests("MergingTests", ["Merging", "ChangeSets", "Causality", "TestSupport"]),
        tests("InventoryTests", ["Inventory", "Merging", "ChangeSets", "Causality", "TestSupport"]),
        tests("ProfilesTests", ["ProfilesTestSupport", "Profiles", "Merging", "ChangeSets", "Causality", "TestSupport"]),
        tests("OrdersTests", ["Orders", "Merging", "ChangeSets", "Causality", "TestSupport"]),
        .target(
            name: "HubTestSupport",
            dependencies: ["HubRuntime", "HubStoreSQLite", "ChangeSets", "Causality", "TestSupport"], path: "Tests/HubSupport",
            swiftSettings: settings),
        tests(
            "HubRuntimeTests",
            [
                "HubTestSupport", "HubRuntime", "HubStoreSQLite", "Profiles", "Inventory", "Merging", "ChangeSets", "Causality",
                "TestSupport",
            ]),
        tests(
            "HubStoreTests",
            [
                "HubTestSupport", "HubStoreSQLite", "HubRuntime", "Profiles", "Inventory", "Merging", "ChangeSets", "Causality",
                "TestSupport", grdb,
            ]),
        tests("ChangeSetsTests", ["ChangeSets", "Causality", crypto]),
        tests("ConsoleTests", ["Console", "HubRuntime", "Profiles", "ChangeSets"]),
        tests("CurlClientTests", ["CurlClient"]),
        tests("AdminCommandTests", ["AdminCommand", "Complaints", "CurlClient", argumentParser]),
        tests("HubCommandTests", ["HubCommand", "Complaints", "CurlClient", "Profiles", "Merging", "ChangeSets", "Causality"]),
        tests("AgentRuntimeTests", ["AgentRuntime", "Capture", "ChangeSets", "Causality", "TestSupport", grdb, logging]),
        tests(
            "HubServerTests",
            [
                "HubServer", "Serving", "HubTestSupport", "HubRuntime", "CurlClient", "ChangeSets", "Causality", httpTypes, logging,
                coreMetrics,
                lifecycle, yams,
            ]),
        tests("EndToEndTests", [sqlite]),
        fuzz,
        // the application beside the agent, which `CaptureTests` start as a process of its own
        .executableTarget(name: "TillProcess", path: "Tests/TillProcess", linkerSettings: [.linkedLibrary("sqlite3")]),
        tests("CaptureTests", ["Capture", "Merging", "ChangeSets", "Causality", grdb, sqlite]),
    ],
    swiftLanguageModes: [.v6]
)
