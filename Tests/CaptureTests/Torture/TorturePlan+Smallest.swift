extension TorturePlan {
    /// A plan with as few steps as possible that still fails, found by leaving steps out.
    ///
    /// - Parameter fails: runs a plan; asked at most `triesMax` times.
    func smallest(triesMax: Int = 80, where fails: (TorturePlan) throws -> Bool) rethrows -> TorturePlan {
        var best = self
        var tries = 0
        var size = max(1, steps.count / 2)
        while true {
            var isSmaller = false
            var start = 0
            while start < best.steps.count, tries < triesMax {
                var candidate = best
                candidate.steps.removeSubrange(start..<min(start + size, best.steps.count))
                tries += 1
                if try fails(candidate) {
                    best = candidate
                    isSmaller = true
                } else {
                    start += size
                }
            }
            if size == 1, !isSmaller || tries >= triesMax { return best }
            size = max(1, size / 2)
        }
    }
}
