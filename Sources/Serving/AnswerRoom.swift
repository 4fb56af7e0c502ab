/// Room that an answer takes until it is written, or its connection is gone: whoever drops the answer gives the room back.
public final class AnswerRoom: Sendable {
    private let giveBack: @Sendable () -> Void

    public init(_ giveBack: @escaping @Sendable () -> Void) { self.giveBack = giveBack }

    deinit { giveBack() }
}
