import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The hub of the day: its program, its folder, and questions to it over HTTP as any script would ask them.
final class HubProcess {
    let folder: URL
    private(set) var address = ""
    private let programs: Programs
    private var secret = ""
    private let session = URLSession(configuration: .ephemeral)

    init(programs: Programs, folder: URL) throws {
        self.programs = programs
        self.folder = folder
        try programs.run("tributary-hub", ["init", "--data", folder.path])
        secret = try String(contentsOf: folder.appending(path: "hub.secret"), encoding: .utf8).trimmingCharacters(
            in: .whitespacesAndNewlines)
    }

    /// Starts it on a port that the system chooses.
    func start() throws {
        let process = try programs.start(
            "tributary-hub", ["serve", "--data", folder.path, "--listen", "127.0.0.1:0", "--log-level", "notice"], named: "hub")
        RunningPrograms.add(process)
        let file = folder.appending(path: "hub.address")
        let listens = wait(atMostSeconds: 30) {
            address = ((try? String(contentsOf: file, encoding: .utf8)) ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
            return !address.isEmpty || !process.isRunning
        }
        guard listens, process.isRunning else {
            throw DemoError("The hub does not start.", remedy: "Its log is \(programs.logs.path)/hub.log.")
        }
    }

    /// What an operator types, with what they read.
    func operatorSees(_ arguments: String...) throws -> String {
        try programs.run("tributary", arguments + ["--data", folder.path])
    }

    /// Adds a site and gives the token that its agent enrols with.
    func addSite(_ name: String, kind: String) async throws -> String {
        let answer = try await json("sites", body: ["name": name, "kind": kind, "region": "britain"])
        guard let token = (answer as? [String: Any])?["token"] as? String else {
            throw DemoError("The hub gives no token for \(name).", remedy: "Its log is \(programs.logs.path)/hub.log.")
        }
        return token
    }

    /// On hand per location, in whole pieces; empty when nobody has moved or counted the SKU.
    func onHand(_ sku: String) async throws -> [String: Int64] {
        guard let stock = try await json("stock/\(Self.encoded(sku))") as? [String: Any],
            let places = stock["locations"] as? [[String: Any]]
        else {
            return [:]
        }
        var figures: [String: Int64] = [:]
        for place in places {
            guard let location = place["location"] as? String, let quantity = place["onHand"] as? Int else { continue }
            figures[location] = Int64(quantity) / 10_000
        }
        return figures
    }

    struct Customer {
        let id: String
        let records: Int
        let sites: Set<String>
        let purchases: Int
        /// In hundredths of a penny or cent, per currency.
        let exactTotals: [String: Int64]
        /// In pence or cents, per currency.
        var totals: [String: Int64] { exactTotals.mapValues { $0 / 100 } }
    }

    func customers(email: String) async throws -> [Customer] {
        let found = try await json("profiles/search", body: ["email": email]) as? [[String: Any]] ?? []
        return found.map { profile in
            let records = profile["records"] as? [[String: Any]] ?? []
            let purchases = profile["purchases"] as? [String: Any] ?? [:]
            let totals = (purchases["totals"] as? [String: Int] ?? [:]).mapValues { Int64($0) }
            return Customer(
                id: profile["id"] as? String ?? "", records: records.count, sites: Set(records.compactMap { $0["site"] as? String }),
                purchases: purchases["number"] as? Int ?? 0, exactTotals: totals)
        }
    }

    func orderState(_ number: String) async throws -> String? {
        (try await json("orders/\(Self.encoded(number))") as? [[String: Any]])?.first?["state"] as? String
    }

    func status() async throws -> [String: Any] { try await json("status") as? [String: Any] ?? [:] }

    func conflicts() async throws -> Int { (try await json("conflicts") as? [Any])?.count ?? 0 }

    /// `nil` where the hub says 404.
    private func json(_ path: String, body: [String: String]? = nil) async throws -> Any? {
        guard let url = URL(string: "\(address)/v1/\(path)") else { return nil }
        var request = URLRequest(url: url)
        request.setValue("Bearer \(secret)", forHTTPHeaderField: "Authorization")
        request.timeoutInterval = 30
        if let body {
            request.httpMethod = "POST"
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            request.httpBody = try JSONSerialization.data(withJSONObject: body)
        }
        let (data, response) = try await session.data(for: request)
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        if status == 404 { return nil }
        guard status == 200 else {
            throw DemoError(
                "The hub answers /v1/\(path) with \(status): \(String(decoding: data.prefix(300), as: UTF8.self))",
                remedy: "Its log is \(programs.logs.path)/hub.log.")
        }
        return try JSONSerialization.jsonObject(with: data)
    }

    private static func encoded(_ part: String) -> String { part.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? part }
}
