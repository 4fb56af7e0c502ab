import Causality
import ChangeSets

/// Every sale, and every word about a customer, of which an agent holds the hub's receipt, kept beside the product: whatever befalls hub
/// and agents later, it has to be at the hub again when all has healed, also where its till's file has it no more (laws 1 and 2).
///
/// An agent keeps what was acknowledged until a verified backup of the hub holds it, and sends it to a hub that went back to that one.
/// Left out is what nobody can keep (docs/reliability.md, "Not protected against"), and nothing else:
/// - what only a lost, restored or damaged disk kept, where the hub goes back behind that, too;
/// - what a copied machine had told, where the hub goes back and the other copy writes on first under the same counters;
/// - what the last backup held, where an older one is restored: agents have dropped it (docs/operating/hub.md).
struct ReceiptLedger {
    /// The sales and words of each writer, by counter, as the hub had them.
    private var told: [ReplicaID: [UInt64: [String]]] = [:]
    /// Whose each of them is.
    private var sites: [String: String] = [:]
    private var acknowledged: Set<String> = []
    /// What a hub had and went back behind.
    private var forgotten: Set<String> = []
    /// What nobody had to keep when the hub went back behind it.
    private var unkept: Set<String> = []
    /// Per site, how far the hub had come with its writers when a disk there lost something.
    private var lostDisks: [String: [ReplicaID: UInt64]] = [:]

    /// The hub has it.
    mutating func note(_ sale: ToldSale, of site: String) {
        told[sale.dot.replica, default: [:]][sale.dot.counter, default: []].append(sale.number)
        sites[sale.number] = site
    }

    /// An agent has it from the hub that it has all up to there.
    mutating func acknowledge(_ receipt: Receipt) {
        for (counter, tokens) in told[receipt.replica] ?? [:] where counter <= receipt.last { acknowledged.formUnion(tokens) }
    }

    /// The sales that the site's agent has a receipt for.
    func acknowledged(at site: String) -> [String] { acknowledged.filter { sites[$0] == site }.sorted() }

    /// What an agent kept is gone, or may be.
    ///
    /// - Parameters:
    ///   - had: what the hub has of the site's writers, or had before it went back.
    ///   - present: what it has now: what it is still to get again was perhaps on that disk alone.
    mutating func diskFailed(at site: String, had: [ReplicaID: UInt64], present: Received) {
        lostDisks[site, default: [:]].merge(had, uniquingKeysWith: max)
        unkept.formUnion(forgotten.filter { sites[$0] == site && !present.has($0) })
    }

    /// - Parameters:
    ///   - restored: what the hub that comes has.
    ///   - has: how far it has come with each writer.
    ///   - isOlder: it was made from an older backup than the last.
    ///   - cloned: the sites of which there are copies.
    mutating func hubRestored(_ restored: Received, has: [ReplicaID: UInt64], isOlder: Bool, cloned: Set<String>) {
        for (number, site) in sites where !restored.has(number) {
            forgotten.insert(number)
            let isBehindDisk = lostDisks[site]?.contains { has[$0.key, default: 0] < $0.value } ?? false
            if isOlder || cloned.contains(site) || isBehindDisk { unkept.insert(number) }
        }
    }

    /// What was acknowledged and is nowhere.
    func lost(_ received: Received) -> [String] {
        acknowledged.subtracting(unkept).filter { !received.has($0) }.sorted()
    }

    /// The sales that a hub had forgotten and has again, though no till's file had them to tell them anew.
    func broughtBack(_ received: Received, inFiles: Set<String>) -> Int {
        forgotten.subtracting(inFiles).filter { received.sales[$0] != nil }.count
    }
}
