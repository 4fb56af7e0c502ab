import Capture

/// How long to rest before a source is looked at again whose recovery did not come through.
///
/// The next look asks for another recovery, as things are then. Without a rest, one that fails of a full disk here, after the hub's images
/// have come, would ask for them again and again.
enum RecoveryRest {
    /// Drawn, so that many agents that a hub could not help do not come back together.
    static let milliseconds: ClosedRange<UInt64> = 15_000...22_500

    /// - Parameter error: what it failed of; `nil`: what is sealed has to be at the hub first.
    static func milliseconds(after error: (any Error)?, random: inout some RandomNumberGenerator) -> UInt64 {
        if let error = error as? CaptureError, changesSource(error.code) { return 0 }
        return UInt64.random(in: milliseconds, using: &random)
    }

    /// Whether the source is in another state than a recovery needs, so that its next look says something else.
    private static func changesSource(_ code: CaptureError.Code) -> Bool {
        switch code {
        case .unknownState, .notAttached, .otherOwner, .replaced, .tooNew, .schemaChanged: true
        case .noSuchFile, .isDirectory, .notADatabase, .onNetwork, .locked, .readOnly, .diskFull, .damaged, .alreadyAttached, .recovering,
            .keyTooWide, .failed, .journalDamaged, .agentDiskFull, .agentFile, .keyReused, .lookAgain, .recordUnknown:
            false
        }
    }
}
