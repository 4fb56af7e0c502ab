import Crypto
import Foundation

/// A secret that proves that a caller may read the server's data folder.
///
/// Kept as its digest, so that it cannot be printed, and compared digest with digest, so that the time a
/// comparison takes tells nothing about it.
public struct BearerSecret: Sendable {
    private let digest: SHA256.Digest

    /// - Parameter text: the line of the secret's file.
    public init(_ text: String) { digest = SHA256.hash(data: Data(text.utf8)) }

    public func admits(authorization: String?) -> Bool {
        Self.offered(in: authorization).map { SHA256.hash(data: Data($0.utf8)) == digest } ?? false
    }

    /// What follows `Bearer` in the header; `nil` when it has another form.
    public static func offered(in authorization: String?) -> String? {
        guard let authorization, authorization.lowercased().hasPrefix("bearer ") else { return nil }
        return authorization.dropFirst("bearer ".count).trimmingCharacters(in: .whitespaces)
    }
}
