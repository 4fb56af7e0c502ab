/// The steps between which a kill, a power cut or a restore may fall.
///
/// Capture announces each one as it comes by. Tests stop there; the programs pass it on to `KillPoints`.
public enum Checkpoint: String, Hashable, Sendable, CaseIterable {
    case attachJournalled = "attach-journalled"
    case attachInstalled = "attach-installed"
    case drainBegun = "drain-begun"
    case sliceRead = "slice-read"
    case partJournalled = "part-journalled"
    case drainJournalled = "drain-journalled"
    case drainMarked = "drain-marked"
    case drainSealed = "drain-sealed"
    case logTrimmed = "log-trimmed"
    case triggersInstalled = "triggers-installed"
    case recoveryNoticed = "recovery-noticed"
    case imagesStaged = "images-staged"
    case replicaOpened = "replica-opened"
    case detachJournalled = "detach-journalled"
}
