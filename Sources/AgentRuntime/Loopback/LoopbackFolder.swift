import ChangeSets
import Foundation

extension DataFolder {
    /// What programs on this machine prove with that they may read the agent's folder; made when it is first needed.
    ///
    /// - Throws: `AgentError` of the kind `key-file` when it cannot be read, or is none.
    public func loopbackSecret() throws -> String {
        let file = path + "/loopback.secret"
        if let text = FileManager.default.contents(atPath: file).map({ String(decoding: $0, as: UTF8.self) }) {
            let secret = text.filter { !$0.isWhitespace }
            guard secret.utf8.count >= Self.secretLengthMin else {
                throw AgentError(
                    .keyFile, "\(file) holds no secret of at least \(Self.secretLengthMin) characters.",
                    remedy: "Remove it: another one is made at the next start.")
            }
            return secret
        }
        let secret = Hexadecimal.string((0..<32).map { _ in UInt8.random(in: .min ... .max) })
        try KeyFile.make(file, text: secret)
        return secret
    }

    private static let secretLengthMin = 32

    /// Where the running agent listens, for programs that let the system choose the port.
    private var loopbackAddressFile: URL { URL(fileURLWithPath: path + "/loopback.address") }

    /// Written whole or not at all: a program may be reading.
    public func announceLoopback(_ address: String) throws {
        try Data((address + "\n").utf8).write(to: loopbackAddressFile, options: .atomic)
    }

    /// `nil`: no agent answers programs here.
    var loopbackAddress: String? {
        (try? String(contentsOf: loopbackAddressFile, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Where this fails, programs find nobody at the address.
    public func withdrawLoopback() { try? FileManager.default.removeItem(at: loopbackAddressFile) }
}
