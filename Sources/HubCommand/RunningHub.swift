import Complaints
import CurlClient
import Foundation

/// The hub that runs on a data folder, asked over its own loopback address with its own secret.
struct RunningHub {
    let folder: HubFolder

    /// A large store takes its time to copy and to read back.
    static let backupSecondsMax = 4 * 3600
    static let limits = TransferLimits(
        totalMilliseconds: backupSecondsMax * 1000, slowSeconds: backupSecondsMax, responseBytesMax: 1 << 20)

    /// - Returns: the position that the backup contains.
    func backUp(to file: String) async throws -> UInt64 {
        guard let address = folder.announcedAddress() else {
            throw Complaint(
                "A process holds \(folder.path) and does not listen: a hub that starts or stops, or another command.",
                remedy: "Try again in a moment.")
        }
        let body = [UInt8](try JSONEncoder().encode(["file": URL(filePath: file).standardizedFileURL.path]))
        let headers = [(name: "Authorization", value: "Bearer \(try folder.secret())"), (name: "Content-Type", value: "application/json")]
        let response: HTTPResponse
        do {
            response = try await HTTPConnection().send(
                HTTPRequest(.post, "\(address)/v1/backup", headers: headers, body: body, limits: Self.limits))
        } catch let error as TransferError {
            throw Complaint(error.message, remedy: error.remedy)
        }
        return try position(in: response)
    }

    private struct Answer: Decodable { let position: UInt64 }
    private struct Refusal: Decodable {
        struct Detail: Decodable { let message, remedy: String }
        let error: Detail
    }

    private func position(in response: HTTPResponse) throws -> UInt64 {
        let body = Data(response.body)
        if response.status == 200, let answer = try? JSONDecoder().decode(Answer.self, from: body) { return answer.position }
        guard let refusal = try? JSONDecoder().decode(Refusal.self, from: body).error else {
            throw Complaint("The running hub answers with status \(response.status).", remedy: "Look at its log.")
        }
        throw Complaint(refusal.message, remedy: refusal.remedy)
    }
}
