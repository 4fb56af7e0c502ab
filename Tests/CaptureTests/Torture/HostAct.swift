/// One thing that an application does to its file: statements, one after the other, in a transaction or not.
struct HostAct {
    var kind: Kind
    var statements: [String]
    /// A transaction that is still open at the end is committed, otherwise rolled back.
    var commits = true
    /// Stops and rolls back at the first error, as a careful migration does.
    var isAllOrNothing = false

    init(_ kind: Kind, _ statements: String..., commits: Bool = true, isAllOrNothing: Bool = false) {
        self.kind = kind
        self.statements = statements
        self.commits = commits
        self.isAllOrNothing = isAllOrNothing
    }

    enum Kind: String, CaseIterable {
        // rows
        case insert, update, delete, insertDefault, multiRow, upsert, upsertChain, updateFrom
        case withSelect, withRecursive, withDelete, returning, sameAgain, otherStorage, hugeValue
        case deletedAndGivenAgain, withoutRowid, compositeWithNull, wideKey, strict, generated, generatedKey, numbers
        case columnClause, autoincrement, levels, levelSwap, aside
        // keys
        case keyChange, keySwap, keyShift, compositeSwap, keyCase, keyAnything, keyOfStorage, keyOversized, keyBroken, rowidChange
        // what follows by itself
        case cascade, deferredCascade, setNull, hostTrigger, recursiveTrigger, raises
        case viewInsert, viewUpdate, viewDelete, parents, parentReplaced, grandparents
        // transactions
        case savepoint, nestedSavepoints, rolledBack, longTransaction
        // schema
        case addColumn, addGeneratedColumn, dropColumn, renameColumn, renameTable, rebuild, rebuildOldFirst, rebuildWithTriggers
        case dropAndCreate, createIndex, dropIndex, newHostTrigger, vacuum, vacuumRowids, analyze, reindex
        // the connection
        case countChanges, foreignKeysSwitched, attachCopy, attachSameNames, attachedTwice, tempTable, tempTrigger, journalMode
        // what triggers cannot see
        case replaceOther, replaceQuietly, triggersOff, blobWritten, logEmptied, triggerDropped, triggersKept, numbersReset, temporaryIgnore
        case zeroOfOtherSign, parentOfUnindexed, recursiveSwitched

        static let rows: [Kind] = Array(allCases[..<index(.keyChange)])
        static let keys: [Kind] = Array(allCases[index(.keyChange)..<index(.cascade)])
        static let consequences: [Kind] = Array(allCases[index(.cascade)..<index(.addColumn)])
        static let schema: [Kind] = Array(allCases[index(.addColumn)..<index(.countChanges)])
        static let connection: [Kind] = Array(allCases[index(.countChanges)..<index(.replaceOther)])
        /// What only a sweep is sure to find.
        static let hidden: [Kind] = Array(allCases[index(.replaceOther)...])

        private static func index(_ kind: Kind) -> Int { allCases.firstIndex(of: kind) ?? 0 }
    }
}
