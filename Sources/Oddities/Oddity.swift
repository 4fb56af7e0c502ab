/// A place where the code may do otherwise than it usually does and be just as right: read less at a time, send later, forget what it
/// only remembered, refuse what is asked for again.
///
/// What seldom happens is seldom tested. In a simulation such a place takes the rare way often, so that combinations come about that
/// would take years in a shop ("buggification": J. Zhou and others, "FoundationDB: A Distributed Unbundled Transactional Key Value
/// Store", SIGMOD 2021). Outside of one the usual way is taken; a release build, unless made for simulations, has no other.
public enum Oddity: String, Hashable, CaseIterable, Sendable {
    // Reading the application's file
    case readsFewRows = "reads-few-rows"
    case readsFewLogRows = "reads-few-log-rows"
    case readsFewKnownKeys = "reads-few-known-keys"
    case readsSmallPieces = "reads-small-pieces"
    case sweepsForChildren = "sweeps-for-children"
    case sweepsUnasked = "sweeps-unasked"
    case forgetsNumbers = "forgets-numbers"
    case writesEachChange = "writes-each-change"
    case trimsLittle = "trims-little"
    case trimsLater = "trims-later"
    case comparesFewImages = "compares-few-images"

    // The journal and the outbox
    case readsOnePiece = "reads-one-piece"
    case forgetsLater = "forgets-later"
    case cutsOneDrain = "cuts-one-drain"
    case sendsOneSet = "sends-one-set"
    case acknowledgesLater = "acknowledges-later"
    case keepsLonger = "keeps-longer"
    case rewindsToKept = "rewinds-to-kept"
    case recoversLater = "recovers-later"

    // The line
    case pushesLittle = "pushes-little"
    case pullsLittle = "pulls-little"
    case sendsSingly = "sends-singly"
    case waitsLong = "waits-long"
    case wakesEarly = "wakes-early"
    case givesUpEarly = "gives-up-early"
    case reconnectsUnasked = "reconnects-unasked"
    case pullsBesideBacklog = "pulls-beside-backlog"
    case checksAgain = "checks-again"
    case asksForRanges = "asks-for-ranges"

    // The local replica
    case stagesAgain = "stages-again"
    case comparesLater = "compares-later"

    // The hub
    case answersPlain = "answers-plain"
    case isBusy = "is-busy"
    case feedsLittle = "feeds-little"
    case feedsOneNumber = "feeds-one-number"
    case isNeverQuiteThere = "is-never-quite-there"
    case tellsAllStandings = "tells-all-standings"
    case beginsFeedAnew = "begins-feed-anew"
    case keepsNothingBackedUp = "keeps-nothing-backed-up"
    case sumsLater = "sums-later"
    case showsFewImages = "shows-few-images"
    case collectsFew = "collects-few"
    case keepsNoSets = "keeps-no-sets"
    case commitsInSavepoints = "commits-in-savepoints"
}
