/// What one seed does: a file, an application's settings, and steps of application and agent in turn.
struct TorturePlan {
    enum Step {
        case act(HostAct)
        /// The agent reads: what triggers logged, or every row besides.
        case read(isWhole: Bool)
        /// The agent reads, and the application goes on at every pause.
        case readDuring([HostAct], isWhole: Bool)
        /// The agent comes while the application holds a transaction.
        case hold(HostAct, begin: String)
        /// A table is gone when the agent comes, and comes back later.
        case away(table: String, HostAct)
        /// kill -9 within a transaction.
        case killOpen(HostAct)
        /// kill -9 at whatever it is doing by then.
        case killRunning([HostAct], afterMicroseconds: UInt32)
        case restartHost
        /// The agent lets the file go.
        case rest
        case restartAgent
    }

    var seed: UInt64
    /// Whether statements that no trigger sees are among the steps.
    var hides: Bool
    var journal: String
    /// Settings of the file, before it has tables.
    var file: [String]
    /// Settings of every connection of the application.
    var connection: [String]
    var attachesFirst: Bool
    var rowsPerSliceMax: Int?
    var steps: [Step]

    init(seed: UInt64, hides: Bool) {
        var random = Seeded(seed &* 2 &+ (hides ? 1 : 0))
        self.seed = seed
        self.hides = hides
        journal = random.pick(["wal", "wal", "delete", "truncate", "persist"])
        file = [
            "PRAGMA encoding = '\(random.pick(["UTF-8", "UTF-8", "UTF-8", "UTF-8", "UTF-16le", "UTF-16be"]))'",
            "PRAGMA page_size = \(random.pick(["512", "1024", "4096"]))",
            "PRAGMA auto_vacuum = \(random.pick(["NONE", "NONE", "FULL", "INCREMENTAL"]))",
        ]
        let isRecursive = random.chance(50)
        connection = [
            "PRAGMA recursive_triggers = \(isRecursive ? "ON" : "OFF")", "PRAGMA foreign_keys = \(random.pick(["ON", "OFF"]))",
            "PRAGMA synchronous = \(random.pick(["NORMAL", "FULL", "OFF"]))", "PRAGMA cache_size = \(random.pick(["2", "-2000"]))",
            "PRAGMA count_changes = \(random.pick(["ON", "OFF"]))",
        ]
        attachesFirst = random.chance(30)
        rowsPerSliceMax = random.pick([nil, 1, 3, 11])
        steps = []
        var statements = HostStatements(random: random, hides: hides, isRecursive: isRecursive)
        for _ in 0..<4 { steps += Self.round(&statements) }
    }

    /// Some acts, perhaps something unusual, some acts, a reading that is held against the tables.
    private static func round(_ statements: inout HostStatements) -> [Step] {
        var steps: [Step] = acts(&statements, 6).map { .act($0) }
        switch statements.random.below(14) {
        case 0, 1: steps.append(.readDuring(acts(&statements, 8), isWhole: statements.random.chance(40)))
        case 2, 3:
            if statements.random.chance(50) { steps.append(.read(isWhole: statements.hides)) }
            steps.append(
                .hold(
                    statements.act(statements.random.pick(HostAct.Kind.rows)),
                    begin: statements.random.pick(["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE", "BEGIN"])))
        case 4:
            steps.append(
                .away(
                    table: statements.random.pick(["codes", "numbers", "pairs", "levels", "parents", "houses", "items"]), statements.act()))
        case 5: steps.append(.killOpen(statements.act(statements.random.pick(HostAct.Kind.rows + HostAct.Kind.schema))))
        case 6:
            let kinds = HostAct.Kind.rows + HostAct.Kind.keys + HostAct.Kind.consequences
            let acts = (0..<12).map { _ in statements.act(statements.random.pick(kinds)) }
            steps.append(.killRunning(acts, afterMicroseconds: UInt32(statements.random.below(3000))))
        case 7: steps.append(.restartHost)
        case 8, 9: steps += [.rest, .act(statements.act(statements.random.pick(HostAct.Kind.schema)))]
        case 10: steps.append(.restartAgent)
        case 11: steps += [.rest, .act(statements.act(.journalMode))]
        default: steps.append(.read(isWhole: false))
        }
        return steps + acts(&statements, 6).map { .act($0) } + [.read(isWhole: statements.hides || statements.random.chance(20))]
    }

    private static func acts(_ statements: inout HostStatements, _ count: Int) -> [HostAct] { (0..<count).map { _ in statements.act() } }
}

extension TorturePlan: CustomStringConvertible {
    var description: String {
        let kind =
            "seed \(seed), \(hides ? "with" : "without") what hides, journal \(journal), slices of \(rowsPerSliceMax.map(String.init) ?? "any") rows"
        return ([kind] + file + connection + [attachesFirst ? "attach, then rows" : "rows, then attach"] + steps.map(\.description)).joined(
            separator: "\n")
    }
}

extension TorturePlan.Step: CustomStringConvertible {
    var description: String {
        func list(_ acts: [HostAct]) -> String { acts.map { "  " + $0.statements.joined(separator: "; ") }.joined(separator: "\n") }
        return switch self {
        case .act(let act): list([act])
        case .read(let isWhole): isWhole ? "— drain, sweep" : "— drain"
        case .readDuring(let acts, let isWhole): "— \(isWhole ? "sweep" : "drain"), and between its slices:\n\(list(acts))"
        case .hold(let act, let begin): "— \(begin), drain meanwhile:\n\(list([act]))"
        case .away(let table, let act): "— \(table) is away:\n\(list([act]))"
        case .killOpen(let act): "— killed after:\n\(list([act]))"
        case .killRunning(let acts, let time): "— killed after \(time) µs of:\n\(list(acts))"
        case .restartHost: "— the application restarts"
        case .rest: "— the agent rests"
        case .restartAgent: "— the agent restarts"
        }
    }
}
