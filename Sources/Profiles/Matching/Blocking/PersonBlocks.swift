/// Many records with the blocks in which they may find each other.
///
/// Everything here is in *places*: an order of the records that follows from what they hold, so that nothing learnt or proposed depends on the order
/// in which they came. `numbers` leads back to the caller's order.
public struct PersonBlocks: Sendable {
    /// The records in order of place.
    public let records: [PersonTraits]
    /// By place: the caller's number of the record.
    public let numbers: [UInt32]
    /// Members of all blocks, block after block, ascending within each.
    private var members: [UInt32] = []
    /// By block: where its members start; one more at the end.
    private var blockStarts: [UInt32] = [0]
    /// The blocks of all records, record after record; `recordStarts` as `blockStarts`.
    private var blocksOfRecords: [UInt32] = []
    private var recordStarts: [UInt32] = []

    public init(_ records: [PersonTraits]) {
        let hashes = records.map { KeyHash(pass: 0).with($0.bytes).value }
        let order = records.indices.sorted { left, right in
            hashes[left] == hashes[right]
                ? records[left].bytes.lexicographicallyPrecedes(records[right].bytes) : hashes[left] < hashes[right]
        }
        self.records = order.map { records[$0] }
        numbers = order.map { UInt32($0) }
        fillBlocks()
        indexBlocks()
    }

    private struct Entry {
        var key: UInt64
        var place: UInt32
    }

    private mutating func fillBlocks() {
        var entries: [Entry] = []
        entries.reserveCapacity(records.count * 16)
        for (place, record) in records.enumerated() {
            for key in BlockKeys.of(record) { entries.append(Entry(key: key.key, place: UInt32(place))) }
        }
        let tooLarge = takeBlocks(&entries)
        guard !tooLarge.isEmpty else { return }
        for place in tooLarge.places {
            for key in BlockKeys.of(records[Int(place)]) where tooLarge.keys.contains(key.key) {
                for finer in Set(key.finer) { entries.append(Entry(key: finer, place: place)) }
            }
        }
        _ = takeBlocks(&entries)
    }

    private struct TooLarge {
        var keys: Set<UInt64> = []
        var places: Set<UInt32> = []
        var isEmpty: Bool { keys.isEmpty }
    }

    /// Makes blocks of entries with one key, empties the entries, and tells which keys had too many.
    private mutating func takeBlocks(_ entries: inout [Entry]) -> TooLarge {
        entries.sort { $0.key == $1.key ? $0.place < $1.place : $0.key < $1.key }
        var tooLarge = TooLarge()
        var start = 0
        while start < entries.count {
            var end = start + 1
            while end < entries.count, entries[end].key == entries[start].key { end += 1 }
            if end - start > BlockKeys.blockRecordsMax {
                tooLarge.keys.insert(entries[start].key)
                for entry in entries[start..<end] { tooLarge.places.insert(entry.place) }
            } else if end - start > 1 {
                for entry in entries[start..<end] { members.append(entry.place) }
                blockStarts.append(UInt32(members.count))
            }
            start = end
        }
        entries.removeAll(keepingCapacity: false)
        return tooLarge
    }

    private mutating func indexBlocks() {
        var starts = [UInt32](repeating: 0, count: records.count + 1)
        for place in members { starts[Int(place) + 1] += 1 }
        for place in records.indices { starts[place + 1] += starts[place] }
        recordStarts = starts
        blocksOfRecords = Array(repeating: 0, count: members.count)
        for block in 0..<(blockStarts.count - 1) {
            for place in members[Int(blockStarts[block])..<Int(blockStarts[block + 1])] {
                blocksOfRecords[Int(starts[Int(place)])] = UInt32(block)
                starts[Int(place)] += 1
            }
        }
    }

    /// Calls for each record of the range with the places above its own that share a block with it, each once.
    ///
    /// Ranges may be worked on side by side.
    func forEachCandidates(of range: Range<Int>, step: Int = 1, _ body: (Int, [UInt32]) -> Void) {
        var lastSeen = [UInt32](repeating: UInt32.max, count: records.count)
        var candidates: [UInt32] = []
        for place in stride(from: range.lowerBound, to: range.upperBound, by: step) {
            candidates.removeAll(keepingCapacity: true)
            for index in Int(recordStarts[place])..<Int(recordStarts[place + 1]) {
                let block = Int(blocksOfRecords[index])
                var member = Int(blockStarts[block + 1]) - 1
                while Int(members[member]) > place {
                    let other = members[member]
                    if lastSeen[Int(other)] != UInt32(place) {
                        lastSeen[Int(other)] = UInt32(place)
                        candidates.append(other)
                    }
                    member -= 1
                }
            }
            if !candidates.isEmpty { body(place, candidates) }
        }
    }
}
