/// A mistake that is made on purpose, to see that a test notices it: one line at the place where it would really be made.
///
/// `make mutants` switches them on one at a time and holds each against the test that `Tests/mutants.tsv` names.
public enum Mutant: String, CaseIterable, Sendable {
    // MARK: Law 1: exactly once

    /// The hub takes a set in again that it has already. Breaks law 1, S3.
    case appliesRepeats
    /// The journal lets go of one change more than was cut into a set. Breaks law 1.
    case forgetsOneMore
    /// What was cut and perhaps sent is cut anew at the next try, so the hub meets the same counters with other bytes. Breaks law 1, S22.
    case cutsAnewAtEachTry
    /// A drain that the file does not name is taken for history. Breaks law 1, S14.
    case keepsUnnamedDrain
    /// Changes get their dots, and may be sent, before the mark is in the file. Breaks law 1, S14.
    case sealsBeforeMark
    /// The log is deleted beyond what the mark says was read. Breaks law 1, S14.
    case trimsBeyondMark
    /// A sweep looks at the rows that are there, and for none that are gone. Breaks law 1.
    case sweepMissesGoneRows
    /// Triggers that were gone are put back, and what happened without them is not looked for. Breaks law 1.
    case reinstallsWithoutSweep
    /// A batch that is posted twice has two effects. Breaks law 1.
    case takesPostedBatchAgain

    // MARK: Law 2: on disk first

    /// The hub's answer does not depend on what became of the commit. Breaks law 2.
    case answersBeforeCommit
    /// The hub's commits may be lost with the machine: `synchronous=NORMAL`. Breaks law 2.
    case hubCommitsWithoutSync
    /// The agent's commits may be lost with the machine: `synchronous=NORMAL`. Breaks law 2.
    case agentCommitsWithoutSync
    /// The mark does not make the application's earlier commits durable: `synchronous=NORMAL`. Breaks law 2, S14.
    case marksWithoutSync
    /// Sets are dropped with their receipt, whatever the hub's last backup holds. Breaks law 2, S25.
    case dropsAcknowledgedAtOnce
    /// A receipt's keep-until counts for all writers' sets, though a restored hub counts positions anew. Breaks law 2, S25.
    case dropsByOthersReceipts
    /// Whatever comes with status 200 is a receipt: a portal's page, too. Breaks law 2.
    case takesStatus200ForReceipt
    /// What the hub refuses because it does not know the agent any more counts as delivered. Breaks law 2.
    case takesUnauthorisedForReceipt
    /// Anybody may sign a receipt. Breaks law 2.
    case believesUnsignedAnswers
    /// A receipt counts whichever request it answered. Breaks law 2.
    case believesOldAnswers

    // MARK: Law 3: the application's own writes

    /// Triggers whose log is gone stay, and the application's next write fails. Breaks law 3.
    case keepsOrphanedTriggers
    /// A rollback-journal file is read in one go, however long its application waits. Breaks law 3, S18.
    case readsInOneGo

    // MARK: Law 4: a function of the set of changes

    /// A rebuild judges clocks by what they show now, not as they were found at admission. Breaks law 4, S10.
    case judgesClocksAnew
    /// A set is taken in though counters before it are missing. Breaks law 4.
    case admitsGaps
    /// A following replica is taken in before the one that it follows. Breaks law 4, S5.
    case admitsFollowerFirst
    /// A value links however many records of one source hold it. Breaks law 4, S28.
    case ignoresIdentityLimit
    /// Records that an operator keeps apart are joined over a third one. Breaks law 4, S29.
    case ignoresNeverSame
    /// Each later record gives its person another id. Breaks law 4.
    case renamesProfiles

    // MARK: Law 5: one bad change

    /// One bad change refuses its whole set. Breaks law 5.
    case badChangeRefusesSet
    /// A held change holds all that its writer sends later. Breaks law 5, S5.
    case heldChangeHoldsWriter
    /// What follows a held change on the same record passes it by. Breaks law 5, S5.
    case passesHeldChange
    /// What waits is not let go when the dot arrives. Breaks law 5, S4.
    case neverReleases
    /// An edit of a record that was collected makes a new one. Breaks law 5, S7.
    case editMakesNewRecord
    /// Every site writes every record. Breaks law 5, S11.
    case anybodyWrites
    /// A mended change is admitted with what was wrong of it. Breaks law 5.
    case admitsUnmended

    // MARK: Law 6: concurrent writes

    /// Of concurrent writes only the latest is kept. Breaks laws 6 and 7.
    case latestWriteWins
    /// A write leaves what it names beside itself. Breaks law 6, S3.
    case ignoresNamedDots
    /// A source's blind edits pile up beside one another. Breaks law 6, S2.
    case ignoresChain
    /// A delete kills edits that it had not seen. Breaks law 6, S8.
    case deletesUnseenEdits
    /// A decision covers what came after the operator's screen was drawn. Breaks law 6, S2.
    case decidesBeyondScreen
    /// Undoing a decision takes back what others wrote meanwhile, too. Breaks law 6.
    case undoesLaterWrites

    // MARK: Law 7: clocks

    /// A clock that is years ahead wins its ties. Breaks law 7, S10.
    case trustsEveryClock
    /// A source's times go back with its machine's clock. Breaks law 7, S10.
    case timesFall
    /// A change that names what has not arrived has its effect at once. Breaks law 7, S4.
    case admitsTheFuture

    // MARK: Law 8: restores and clones

    /// Known counters are a repeat, whatever bytes they come with. Breaks law 8, S22.
    case takesForkForRepeat
    /// Known counters are a fork, though they are the same bytes. Breaks law 1, S22.
    case takesRepeatForFork
    /// A set need not continue the one before it. Breaks law 8, S22.
    case ignoresPreviousHash
    /// The agent takes a fork for an ordinary answer. Breaks law 8, S22.
    case ignoresForkAnswer
    /// The hub's writer goes on under its former generation after a start. Breaks law 8, S23.
    case keepsGeneration
    /// A cursor counts by its number alone, whichever line that is on. Breaks law 8, S23.
    case ignoresLineOfCursor
    /// The agent does not send again what a restored hub has forgotten. Breaks law 8, S25.
    case ignoresHubRestore
    /// That the hub has more than the journal ever sealed is not looked at. Breaks law 8, S15.
    case ignoresHubAhead
    /// A recovery follows what the file names though another writer of it has changes to send, which own images take for told. Breaks law 1, S15.
    case followsOverUnsent
    /// A recovery that was interrupted goes on with the images that it had fetched, though the hub was restored since. Breaks law 1, S15.
    case keepsFormerImages
    /// What a hub acknowledged before it was restored is taken for its history still, though a copy of the machine has written it anew. Breaks law 1, S22.
    case takesAcknowledgedForShared
    /// A journaled change that the disk has altered is sent as it stands. Breaks law 8.
    case ignoresChecksum
    /// Another agent's file is drained all the same. Breaks law 8, S16.
    case drainsForeignFile
    /// A source that was taken over takes writes of its former owner. Breaks law 8, S16.
    case leavesFormerOwner
    /// A view that begins from nothing does not ask whether the hub still has the decisions that are kept for it. Breaks law 8, S24.
    case owesNoDecisions
    /// A token of a future that the folder has lost is taken for knowledge. Breaks law 8, S13.
    case believesLostTokens

    // MARK: Law 9: cursors

    /// The cursor is written down before what it counts. Breaks law 9.
    case movesCursorAlone
    /// The feed goes on one number too far. Breaks law 9, S26.
    case feedSkipsNumber
    /// A cursor from before a collection goes on as if it had heard of all deletions. Breaks law 9, S9.
    case ignoresFloor
    /// A process that was ended within a rebase shows the news alone, though nobody has looked for what went. Breaks law 9, S9.
    case showsUncompared
    /// Pages become visible as they come. Breaks law 9, S26.
    case revealsEveryPage
    /// A page takes own changes away that the hub does not have yet. Breaks law 9, S27.
    case forgetsUnsentChanges
    /// A profile that left the region stays in its shops. Breaks law 9.
    case forgetsToEvict

    // MARK: Law 10: who, when, what it had seen

    /// A person's value does not say what its writer had seen. Breaks law 10.
    case forgetsWhatWasSeen
    /// A record's value does not say what its writer was shown. Breaks law 10.
    case forgetsWhatWasShown

    // MARK: Law 11: nothing for nothing

    /// A row that was written without a change is told again. Breaks law 11.
    case tellsUnchangedRows
    /// A key that one drain deleted and gave again names the former record. Breaks S6.
    case keepsLifeOfKey

    // MARK: Law 12: quantities

    /// Of concurrent movements the last one counts. Breaks law 12.
    case lastMovementWins
    /// A count adds to the movements that it includes. Breaks law 12, S31.
    case countsForgetMovements
    /// A movement that a count includes, and that is released later, counts once more. Breaks law 12, S31.
    case lateMovementsCountAgain
    /// Of concurrent counts the latest replaces the others unasked. Breaks laws 6 and 12, S31.
    case latestCountWins

    // MARK: The format

    /// The set's hash does not cover personal values. Breaks S21.
    case leavesPersonalValuesOut
    /// What is announced is inflated, however little can hold it. Breaks law 5.
    case inflatesAnything
    /// A vector clock keeps ten replicas and no more. Breaks law 12, S13.
    case prunesClocks

    // MARK: Stalls, bounds and agreement

    /// However long a queue or a view stands still, nobody begins on new connections or says so. Breaks law 1.
    case watchesNoStall
    /// A reading of the application's file that hangs is told to nobody. Breaks law 1.
    case watchesNoCapture
    /// A commit that hangs is told to nobody, and everybody waits for it. Breaks law 2.
    case watchesNoCommit
    /// Every view is found equal to the hub's. Breaks S26.
    case findsEveryViewEqual
    /// Dead records are collected after a day, whatever was asked for. Breaks law 9, S9.
    case collectsAfterADay
    /// A hub that asks for time is asked again as if it had not. Breaks the bounds.
    case ignoresRetryAfter
    /// More bodies are held than there is room for. Breaks the bounds.
    case holdsAnyBodies
}
