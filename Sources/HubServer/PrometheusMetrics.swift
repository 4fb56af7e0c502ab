import CoreMetrics
import Synchronization

/// Everything the hub counts and times, printed in Prometheus' text format (version 0.0.4).
///
/// The back end of swift-metrics for one process: `MetricsSystem.bootstrap(metrics)` once at the start, and
/// `metrics.text()` for each scrape. A series lives as long as the process; its labels are routes, methods,
/// statuses and codes of ours, never values from a request, so their number is bounded by the program.
public final class PrometheusMetrics: MetricsFactory, Sendable {
    /// Upper bounds of the histogram of a timer, in seconds.
    static let bucketSeconds: [Double] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

    private let families = Mutex<[String: Family]>([:])

    public init() {}

    /// All series, ordered by name and then by labels.
    public func text() -> String {
        let snapshot = families.withLock { $0 }
        var lines: [String] = []
        for (name, family) in snapshot.sorted(by: { $0.key < $1.key }) {
            lines.append("# TYPE \(name) \(family.kind.rawValue)")
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                lines.append(contentsOf: series.lines(name: name, labels: labels))
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let name = Self.name(label)
        return series(named: name.hasSuffix("_total") ? name : name + "_total", kind: .counter, dimensions) { CountedSeries() }
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(named: Self.name(label), kind: .gauge, dimensions) { GaugeSeries() }
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate
            ? series(named: Self.name(label), kind: .summary, dimensions) { SummarySeries() }
            : series(named: Self.name(label), kind: .gauge, dimensions) { GaugeSeries() }
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let name = Self.name(label)
        return series(named: name.hasSuffix("_seconds") ? name : name + "_seconds", kind: .histogram, dimensions) { TimedSeries() }
    }

    // A counter of Prometheus never vanishes or falls, so series stay until the process ends.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    /// The same handler for the same name and labels; a fresh, unprinted one when the name is taken by another kind.
    private func series<Handler: Series>(
        named name: String, kind: Kind, _ dimensions: [(String, String)], make: () -> Handler
    ) -> Handler {
        let labels = Self.labels(dimensions)
        return families.withLock { families in
            var family = families[name] ?? Family(kind: kind)
            if let known = family.series[labels] as? Handler { return known }
            let made = make()
            guard family.kind == kind else { return made }
            family.series[labels] = made
            families[name] = family
            return made
        }
    }

    /// `hub.push duration` becomes `hub_push_duration`.
    private static func name(_ label: String) -> String {
        var name = String(label.unicodeScalars.map { isNameScalar($0) ? Character($0) : "_" })
        if let first = name.unicodeScalars.first, ("0"..."9").contains(first) { name = "_" + name }
        return name.isEmpty ? "_" : name
    }

    private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar) || scalar == "_" || scalar == ":"
    }

    /// `a="1",b="2"`, ordered by name, with the three escapes of the format.
    private static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions.map { (name($0.0), $0.1) }
            .sorted { $0.0 < $1.0 }
            .map { "\($0.0)=\"\(escaped($0.1))\"" }
            .joined(separator: ",")
    }

    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
    }
}

private enum Kind: String { case counter, gauge, histogram, summary }

private struct Family: Sendable {
    let kind: Kind
    var series: [String: any Series] = [:]
}

private protocol Series: AnyObject, Sendable {
    func lines(name: String, labels: String) -> [String]
}

private func line(_ name: String, _ labels: String, _ value: String) -> String {
    labels.isEmpty ? "\(name) \(value)" : "\(name){\(labels)} \(value)"
}

/// Whole numbers without a fraction, so that counters read as counts.
private func number(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : String(value)
}

private final class CountedSeries: CounterHandler, Series {
    private let value = Mutex<Int64>(0)

    func increment(by amount: Int64) {
        value.withLock { $0 = $0.addingReportingOverflow(amount).overflow ? .max : $0 + amount }
    }

    func reset() { value.withLock { $0 = 0 } }

    func lines(name: String, labels: String) -> [String] { [line(name, labels, String(value.withLock { $0 }))] }
}

private final class GaugeSeries: MeterHandler, RecorderHandler, Series {
    private let value = Mutex<Double>(0)

    func set(_ new: Int64) { value.withLock { $0 = Double(new) } }
    func set(_ new: Double) { value.withLock { $0 = new } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ new: Int64) { set(new) }
    func record(_ new: Double) { set(new) }

    func lines(name: String, labels: String) -> [String] { [line(name, labels, number(value.withLock { $0 }))] }
}

private final class SummarySeries: RecorderHandler, Series {
    private let state = Mutex<(count: UInt64, sum: Double)>((0, 0))

    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) {
        state.withLock {
            $0.count += 1
            $0.sum += value
        }
    }

    func lines(name: String, labels: String) -> [String] {
        let (count, sum) = state.withLock { $0 }
        return [line(name + "_sum", labels, number(sum)), line(name + "_count", labels, String(count))]
    }
}

private final class TimedSeries: TimerHandler, Series {
    private struct State {
        var buckets = [UInt64](repeating: 0, count: PrometheusMetrics.bucketSeconds.count)
        var count: UInt64 = 0
        var sumSeconds: Double = 0
    }

    private let state = Mutex(State())

    func recordNanoseconds(_ duration: Int64) {
        let seconds = Double(duration) / 1e9
        let bucket = PrometheusMetrics.bucketSeconds.firstIndex { seconds <= $0 }
        state.withLock {
            if let bucket { $0.buckets[bucket] += 1 }
            $0.count += 1
            $0.sumSeconds += seconds
        }
    }

    func lines(name: String, labels: String) -> [String] {
        let state = state.withLock { $0 }
        let prefix = labels.isEmpty ? "" : labels + ","
        var lines: [String] = []
        var below: UInt64 = 0
        for (bound, count) in zip(PrometheusMetrics.bucketSeconds, state.buckets) {
            below += count
            lines.append(line(name + "_bucket", "\(prefix)le=\"\(number(bound))\"", String(below)))
        }
        lines.append(line(name + "_bucket", "\(prefix)le=\"+Inf\"", String(state.count)))
        lines.append(line(name + "_sum", labels, number(state.sumSeconds)))
        lines.append(line(name + "_count", labels, String(state.count)))
        return lines
    }
}
