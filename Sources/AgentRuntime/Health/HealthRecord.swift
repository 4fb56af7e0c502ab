import Causality

/// Writes down how the agent is, for `status` in another process: when something changed, else seldom.
actor HealthRecord {
    private let settings: AgentSettings
    private let clock: AgentClock
    private var health = AgentHealth()
    private var written = AgentHealth()
    private var writtenAt: Instant = 0
    private var lastRevision = 0

    /// A change of nothing but times is written this often.
    static let quietMilliseconds: UInt64 = 60_000

    init(settings: AgentSettings, clock: AgentClock) {
        self.settings = settings
        self.clock = clock
        // What cannot be read is found out anew.
        health.agreement = (try? settings.read(.health, as: AgentHealth.self))?.agreement
        health.agreement?.differsSince = nil
        health.agreement?.differing = [:]
    }

    func take(_ report: LineReport, revision: Int) {
        guard revision > lastRevision else { return }
        lastRevision = revision
        health.take(report)
        write()
    }

    func take(_ sources: [AgentHealth.Source]) {
        health.sources = sources
        write()
    }

    /// - Parameter silence: that capture does not get on; `nil`: it does.
    func take(silence: AgentHealth.Problem?) {
        health.silence = silence
        write()
    }

    private func write() {
        let now = clock.monotonic()
        guard written.withoutTimes != health.withoutTimes || now >= writtenAt + Self.quietMilliseconds else { return }
        health.time = clock.wall().milliseconds
        // A full disk must not end the agent; the next look writes again, and `status` looks at the disk by itself.
        guard (try? settings.write(.health, health)) != nil else { return }
        written = health
        writtenAt = now
    }
}

extension AgentHealth {
    fileprivate var withoutTimes: AgentHealth {
        var copy = self
        copy.time = 0
        copy.queued = queued == 0 ? 0 : 1
        copy.lastPush = nil
        copy.lastPull = nil
        for index in copy.sources.indices {
            copy.sources[index].lastDrain = nil
            copy.sources[index].lastChanges = nil
        }
        return copy
    }
}
