import CCurl
import Synchronization
import Threads

/// The thread that drives one multi handle, one exchange at a time.
///
/// It sleeps in `curl_multi_poll` and is woken by `curl_multi_wakeup`, so an idle connection costs nothing.
/// The thread starts with the first request and ends after `close`.
///
/// `@unchecked Sendable`: `multi` never changes and is used on the loop's thread only, but for
/// `curl_multi_wakeup`, which curl allows from any thread and which happens under the lock while the loop
/// is open; `active` and `usesFreshConnection` belong to the thread; the rest stands behind the lock.
final class TransferLoop: @unchecked Sendable {
    private struct Shared {
        var isOpen = true
        var isStarted = false
        var lastID: UInt64 = 0
        /// Reserved and not finished. A cancellation that comes late finds nothing here.
        var live: Set<UInt64> = []
        var waiting: [Transfer] = []
        var cancelled: Set<UInt64> = []
        var dropsConnections = false
    }

    private let shared = Mutex(Shared())
    private let settings: Transfer.Settings
    private let multi: UnsafeMutableRawPointer
    private let stackBytes: Int
    private var active: Transfer?
    private var usesFreshConnection = false

    private static let isCurlReady: Bool = ccurl_global_init_default() == CURLE_OK
    private static let idlePollMilliseconds = Int32.max
    static let stackBytes = 512 << 10

    init(settings: Transfer.Settings, stackBytes: Int = TransferLoop.stackBytes) {
        guard Self.isCurlReady, let multi = curl_multi_init() else { fatalError("libcurl could not be initialised: no memory") }
        self.settings = settings
        self.multi = multi
        self.stackBytes = stackBytes
        _ = ccurl_multi_setopt_long(multi, CURLMOPT_MAXCONNECTS, 1)
    }

    deinit { curl_multi_cleanup(multi) }

    // MARK: From any thread

    func reserve() -> UInt64 {
        shared.withLock { shared in
            shared.lastID += 1
            shared.live.insert(shared.lastID)
            return shared.lastID
        }
    }

    func begin(_ transfer: Transfer) {
        let refusal: (any Error)? = shared.withLock { shared in
            guard shared.isOpen else { return TransferError.closed(url: transfer.request.url) }
            guard shared.cancelled.remove(transfer.id) == nil else {
                shared.live.remove(transfer.id)
                return CancellationError()
            }
            if shared.isStarted {
                curl_multi_wakeup(multi)
            } else {
                do throws(ThreadError) { try DetachedThread.start(stackBytes: stackBytes) { self.run() } } catch {
                    shared.live.remove(transfer.id)
                    return TransferError.noThread(error)
                }
                shared.isStarted = true
            }
            shared.waiting.append(transfer)
            return nil
        }
        if let refusal { transfer.fail(refusal) }
    }

    func cancel(_ id: UInt64) {
        shared.withLock { shared in
            guard shared.live.contains(id), shared.isOpen else { return }
            shared.cancelled.insert(id)
            if shared.isStarted { curl_multi_wakeup(multi) }
        }
    }

    func dropConnections() {
        shared.withLock { shared in
            guard shared.isOpen, shared.isStarted else { return }
            shared.dropsConnections = true
            curl_multi_wakeup(multi)
        }
    }

    func close() {
        shared.withLock { shared in
            if shared.isOpen, shared.isStarted { curl_multi_wakeup(multi) }
            shared.isOpen = false
        }
    }

    // MARK: On the loop's thread

    private func run() {
        while let orders = takeOrders() {
            for transfer in orders.cancelled { finish(transfer, CancellationError()) }
            if orders.cancelsActive { endActive(CancellationError()) }
            if orders.dropsConnections { usesFreshConnection = true }
            if let next = orders.next { startTransfer(next) }
            drive()
            let isBusy = active != nil
            if isBusy || isIdle { curl_multi_poll(multi, nil, 0, Self.idlePollMilliseconds, nil) }
        }
        endActive(TransferError.closed(url: active?.request.url ?? ""))
        let left = shared.withLock { shared in
            defer { shared.waiting = [] }
            return shared.waiting
        }
        for transfer in left { finish(transfer, TransferError.closed(url: transfer.request.url)) }
    }

    private struct Orders {
        var cancelled: [Transfer] = []
        var cancelsActive = false
        var dropsConnections = false
        var next: Transfer?
    }

    /// What was asked for since the last round; `nil` when the loop is to end.
    private func takeOrders() -> Orders? {
        let activeID = active?.id
        return shared.withLock { shared -> Orders? in
            guard shared.isOpen else { return nil }
            var orders = Orders()
            if !shared.cancelled.isEmpty {
                orders.cancelled = shared.waiting.filter { shared.cancelled.contains($0.id) }
                shared.waiting.removeAll { shared.cancelled.contains($0.id) }
                for transfer in orders.cancelled { shared.cancelled.remove(transfer.id) }
                if let activeID { orders.cancelsActive = shared.cancelled.remove(activeID) != nil }
            }
            swap(&orders.dropsConnections, &shared.dropsConnections)
            if activeID == nil || orders.cancelsActive, !shared.waiting.isEmpty { orders.next = shared.waiting.removeFirst() }
            return orders
        }
    }

    private var isIdle: Bool { shared.withLock { $0.waiting.isEmpty } }

    private func startTransfer(_ transfer: Transfer) {
        guard let handle = transfer.prepare(settings) else {
            return finish(transfer, TransferError(.unexpected, "There is no memory for a request.", remedy: "Free memory on this machine."))
        }
        if usesFreshConnection { _ = ccurl_setopt_long(handle, CURLOPT_FRESH_CONNECT, 1) }
        usesFreshConnection = false
        active = transfer
        let result = curl_multi_add_handle(multi, handle)
        if result != CURLM_OK {
            endActive(TransferError(.unexpected, "curl refused a request (\(result.rawValue)).", remedy: "Report this."))
        }
    }

    private func drive() {
        guard active != nil else { return }
        var running: CInt = 0
        curl_multi_perform(multi, &running)
        var left: CInt = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let transfer = active, message.pointee.easy_handle == transfer.handle else {
                continue
            }
            let result = message.pointee.data.result
            detach(transfer)
            transfer.finish(result)
            transfer.release()
        }
    }

    private func endActive(_ error: any Error) {
        guard let transfer = active else { return }
        detach(transfer)
        transfer.release()
        transfer.fail(error)
    }

    private func detach(_ transfer: Transfer) {
        if let handle = transfer.handle { curl_multi_remove_handle(multi, handle) }
        active = nil
        forget(transfer.id)
    }

    private func finish(_ transfer: Transfer, _ error: any Error) {
        forget(transfer.id)
        transfer.fail(error)
    }

    private func forget(_ id: UInt64) {
        shared.withLock { shared in
            shared.live.remove(id)
            shared.cancelled.remove(id)
        }
    }
}
