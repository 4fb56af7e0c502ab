import Glibc
import Synchronization
import Threads

/// Tells when an application writes its file, without asking it: inotify on the folder of each source.
///
/// Only writes count (to the file, its `-wal` or its `-journal`) and a file moved into place. Opening, reading and closing
/// tell nothing, so the agent's own looks at the file wake nobody; its own marks do, once, and the look that
/// follows finds nothing. Network folders and full watch tables stay silent, which is why polling goes on beside.
///
/// `@unchecked Sendable`: the descriptors never change; everything else stands behind the lock.
public final class FileWatch: @unchecked Sendable {
    private struct Watched {
        var name: String
        /// The file's name, that of its WAL and of its rollback journal.
        var fileNames: Set<String>
    }

    private struct Shared {
        /// By watch descriptor of the folder.
        var folders: [CInt: [Watched]] = [:]
        var changed: Set<String> = []
        var isOpen = true
        var isStarted = false
    }

    private let shared = Mutex(Shared())
    private let notifier: CInt
    /// Written to when the thread is to end.
    private let stopPipe: (read: CInt, write: CInt)
    /// One element whenever something changed since `takeChanges` was last called.
    public let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    private static let events = UInt32(IN_MODIFY) | UInt32(IN_MOVED_TO)
    private static let stackBytes = 128 << 10

    public init() {
        notifier = inotify_init1(CInt(IN_CLOEXEC) | CInt(IN_NONBLOCK))
        var ends: [CInt] = [-1, -1]
        if pipe(&ends) == 0 { for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) } }
        stopPipe = (ends[0], ends[1])
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Watches the source's file; false when the system cannot, and polling must do.
    @discardableResult
    public func add(_ name: String, file: String) -> Bool {
        guard notifier >= 0, stopPipe.read >= 0 else { return false }
        let slash = file.lastIndex(of: "/")
        let folder = slash.map { $0 == file.startIndex ? "/" : String(file[..<$0]) } ?? "."
        let base = slash.map { String(file[file.index(after: $0)...]) } ?? file
        return shared.withLock { shared in
            guard shared.isOpen else { return false }
            let descriptor = inotify_add_watch(notifier, folder, Self.events)
            guard descriptor >= 0 else { return false }
            shared.folders[descriptor, default: []].removeAll { $0.name == name }
            shared.folders[descriptor, default: []].append(Watched(name: name, fileNames: [base, base + "-wal", base + "-journal"]))
            if !shared.isStarted { shared.isStarted = start() }
            return shared.isStarted
        }
    }

    /// The names of the sources whose files changed since the last call.
    public func takeChanges() -> Set<String> {
        shared.withLock { shared in
            defer { shared.changed = [] }
            return shared.changed
        }
    }

    public func stop() {
        let wasStarted = shared.withLock { shared in
            defer { shared.isOpen = false }
            return shared.isOpen && shared.isStarted
        }
        signal.finish()
        if wasStarted {
            var byte: UInt8 = 0
            _ = Glibc.write(stopPipe.write, &byte, 1)
        }
    }

    deinit {
        for descriptor in [notifier, stopPipe.read, stopPipe.write] where descriptor >= 0 { close(descriptor) }
    }

    /// Without a thread there is still the polling.
    private func start() -> Bool { (try? DetachedThread.start(stackBytes: Self.stackBytes) { self.run() }) != nil }

    private func run() {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            var waits = [
                pollfd(fd: notifier, events: Int16(POLLIN), revents: 0), pollfd(fd: stopPipe.read, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&waits, 2, -1) >= 0 || errno == EINTR, waits[1].revents == 0 else { return }
            let count = Glibc.read(notifier, &buffer, buffer.count)
            if count > 0 { note(Self.names(in: buffer.prefix(count))) }
        }
    }

    /// (watch descriptor, file name) of each event; a lost event (overflow) comes as descriptor -1.
    private static func names(in bytes: ArraySlice<UInt8>) -> [(descriptor: CInt, name: String)] {
        var events: [(descriptor: CInt, name: String)] = []
        var rest = bytes
        while rest.count >= 16 {
            let (descriptor, length) = rest.withUnsafeBytes {
                ($0.loadUnaligned(as: CInt.self), $0.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
            }
            let name = rest.dropFirst(16).prefix(Int(length)).prefix { $0 != 0 }
            events.append((descriptor, String(decoding: name, as: UTF8.self)))
            rest = rest.dropFirst(16 + Int(length))
        }
        return events
    }

    private func note(_ events: [(descriptor: CInt, name: String)]) {
        let isNews = shared.withLock { shared in
            let before = shared.changed.count
            for event in events {
                let watched = event.descriptor < 0 ? shared.folders.values.flatMap { $0 } : shared.folders[event.descriptor] ?? []
                for source in watched where event.descriptor < 0 || source.fileNames.contains(event.name) {
                    shared.changed.insert(source.name)
                }
            }
            return shared.changed.count > before
        }
        if isNews { signal.yield() }
    }
}
