import Foundation
import Synchronization

/// The daemons that the demo has started, so that none is left behind however it ends.
enum RunningPrograms {
    private static let processes = Mutex<[Handle]>([])

    /// `@unchecked Sendable`: a `Process` is asked and stopped under the mutex only, or by the thread that started it.
    private struct Handle: @unchecked Sendable { let process: Process }

    static func add(_ process: Process) { processes.withLock { $0.append(Handle(process: process)) } }

    /// Stops the youngest first: agents before their hub.
    static func stopAll() {
        let all = processes.withLock { all in
            defer { all = [] }
            return all
        }
        for handle in all.reversed() where handle.process.isRunning { handle.process.terminate() }
        for handle in all.reversed() { handle.process.stop() }
    }

    /// The most private memory (`RssAnon`) that any running program of that name has now.
    static func privateKilobytes(of program: String) -> Int {
        processes.withLock { all in
            all.filter { $0.process.isRunning && $0.process.executableURL?.lastPathComponent == program }.map { handle in
                let status = try? String(contentsOfFile: "/proc/\(handle.process.processIdentifier)/status", encoding: .utf8)
                let line = status?.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
                return line.flatMap { Int($0.split(whereSeparator: { !$0.isNumber }).first ?? "") } ?? 0
            }.max() ?? 0
        }
    }

    /// Processor time that the running programs of that name have used, in ticks of 10 ms.
    static func processorTicks(of program: String) -> Int {
        processes.withLock { all in
            all.filter { $0.process.isRunning && $0.process.executableURL?.lastPathComponent == program }.map { handle in
                let stat = (try? String(contentsOfFile: "/proc/\(handle.process.processIdentifier)/stat", encoding: .utf8)) ?? ""
                // After the name in parentheses: fields 14 and 15, user and system time.
                let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
                return fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
            }.reduce(0, +)
        }
    }

    /// Ends everything on Ctrl-C or SIGTERM. The sources live as long as the process.
    static func stopOnSignals() {
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                stopAll()
                exit(number == SIGINT && isWaitingForGoodbye.withLock { $0 } ? 0 : 128 + number)
            }
            source.resume()
            sources.withLock { $0.append(Keeper(source: source)) }
        }
    }

    /// The day is over and its claims were checked: Ctrl-C is a good end now.
    static let isWaitingForGoodbye = Mutex(false)

    private struct Keeper: @unchecked Sendable { let source: any DispatchSourceSignal }
    private static let sources = Mutex<[Keeper]>([])
}
