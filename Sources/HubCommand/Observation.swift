import Foundation
import HubServer
import Logging
import Metrics

/// Log lines on stderr, with time, level and fields; metrics for `/metrics`. Once per process.
enum Observation {
    static func start(level: Logger.Level) -> (logger: Logger, metrics: PrometheusMetrics) {
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        let metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        return (Logger(label: "tributary-hub"), metrics)
    }
}
