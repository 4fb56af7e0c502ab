import CoreMetrics
import HubServer
import Testing

@Suite("The metrics page")
struct PrometheusMetricsTests {
    @Test("a counter's name ends in _total and the same labels are one series")
    func counters() {
        let metrics = PrometheusMetrics()
        metrics.makeCounter(label: "hub.pushes", dimensions: [("site", "a")]).increment(by: 2)
        metrics.makeCounter(label: "hub.pushes", dimensions: [("site", "a")]).increment(by: 3)
        metrics.makeCounter(label: "hub.pushes", dimensions: [("site", "b")]).increment(by: 1)
        #expect(metrics.text() == "# TYPE hub_pushes_total counter\nhub_pushes_total{site=\"a\"} 5\nhub_pushes_total{site=\"b\"} 1\n")
    }

    @Test("labels come in the order of their names, with quotes, backslashes and line ends escaped")
    func labels() {
        let metrics = PrometheusMetrics()
        metrics.makeMeter(label: "depth", dimensions: [("z", "1"), ("a", "say \"hi\"\\\n")]).set(Int64(7))
        #expect(metrics.text() == "# TYPE depth gauge\ndepth{a=\"say \\\"hi\\\"\\\\\\n\",z=\"1\"} 7\n")
    }

    @Test("a timer's buckets count everything at or below their bound")
    func timers() {
        let metrics = PrometheusMetrics()
        let timer = metrics.makeTimer(label: "answer", dimensions: [])
        timer.recordNanoseconds(1_000_000)
        timer.recordNanoseconds(40_000_000)
        timer.recordNanoseconds(60_000_000_000)
        let lines = metrics.text().split(separator: "\n").map(String.init)
        #expect(lines.first == "# TYPE answer_seconds histogram")
        #expect(lines.contains("answer_seconds_bucket{le=\"0.001\"} 1"))
        #expect(lines.contains("answer_seconds_bucket{le=\"0.05\"} 2"))
        #expect(lines.contains("answer_seconds_bucket{le=\"30\"} 2"))
        #expect(lines.contains("answer_seconds_bucket{le=\"+Inf\"} 3"))
        #expect(lines.contains("answer_seconds_count 3"))
    }

    @Test("a name taken by another kind is not printed twice")
    func kinds() {
        let metrics = PrometheusMetrics()
        metrics.makeMeter(label: "queue", dimensions: []).set(Int64(1))
        metrics.makeRecorder(label: "queue", dimensions: [], aggregate: true).record(Int64(5))
        #expect(metrics.text() == "# TYPE queue gauge\nqueue 1\n")
    }
}
