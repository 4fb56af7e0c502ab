import CCurl

/// One exchange while it runs: an easy handle, its buffers, and whoever waits for the answer.
///
/// `@unchecked Sendable`: made by the asking task, handed to the loop's thread once, touched only there afterwards.
final class Transfer: @unchecked Sendable {
    struct Settings: Sendable {
        var proxy: String?
        var userAgent: String
    }

    let id: UInt64
    let request: HTTPRequest
    private let continuation: CheckedContinuation<HTTPResponse, any Error>

    private(set) var handle: UnsafeMutableRawPointer?
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var upload: UnsafeMutableRawBufferPointer?
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    private var headers: [(name: String, value: String)] = []
    private var headerBytes = 0
    private var body: [UInt8] = []
    private var overflow: TransferError?

    init(id: UInt64, request: HTTPRequest, continuation: CheckedContinuation<HTTPResponse, any Error>) {
        self.id = id
        self.request = request
        self.continuation = continuation
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        release()
        errorText.deallocate()
    }

    func fail(_ error: any Error) { continuation.resume(throwing: error) }

    /// Makes the easy handle. Returns `nil` when curl has no memory for one.
    func prepare(_ settings: Settings) -> UnsafeMutableRawPointer? {
        guard let handle = curl_easy_init() else { return nil }
        self.handle = handle
        setAddress(handle, settings)
        setLimits(handle)
        setBody(handle)
        setHeaders(handle)
        setCallbacks(handle)
        return handle
    }

    /// Resumes the waiting task with what came of it.
    func finish(_ result: CURLcode) {
        if let overflow { return fail(overflow) }
        guard result == CURLE_OK, let handle else {
            return fail(TransferError(curl: result, url: request.url, detail: String(cString: errorText)))
        }
        var status = 0
        _ = ccurl_getinfo_long(handle, CURLINFO_RESPONSE_CODE, &status)
        guard status != 0 else {
            // curl may report success without any response.
            return fail(TransferError(curl: CURLE_GOT_NOTHING, url: request.url, detail: ""))
        }
        continuation.resume(returning: HTTPResponse(status: status, headers: headers, body: body))
    }

    /// Frees what curl holds. The caller has taken the handle out of the multi handle.
    func release() {
        if let handle { curl_easy_cleanup(handle) }
        handle = nil
        curl_slist_free_all(headerList)
        headerList = nil
        upload?.deallocate()
        upload = nil
    }
}

extension Transfer {
    private func setAddress(_ handle: UnsafeMutableRawPointer, _ settings: Settings) {
        _ = ccurl_setopt_str(handle, CURLOPT_URL, request.url)
        _ = ccurl_setopt_str(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        _ = ccurl_setopt_str(handle, CURLOPT_PROXY, settings.proxy ?? "")
        _ = ccurl_setopt_str(handle, CURLOPT_USERAGENT, settings.userAgent)
        _ = ccurl_setopt_long(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        _ = ccurl_setopt_long(handle, CURLOPT_FOLLOWLOCATION, 0)
        _ = ccurl_setopt_long(handle, CURLOPT_NOSIGNAL, 1)
        _ = ccurl_setopt_long(handle, CURLOPT_TCP_KEEPALIVE, 1)
        _ = ccurl_setopt_ptr(handle, CURLOPT_ERRORBUFFER, errorText)
    }

    private func setLimits(_ handle: UnsafeMutableRawPointer) {
        let limits = request.limits
        _ = ccurl_setopt_long(handle, CURLOPT_CONNECTTIMEOUT_MS, max(1, limits.connectMilliseconds))
        _ = ccurl_setopt_long(handle, CURLOPT_TIMEOUT_MS, max(1, limits.totalMilliseconds))
        _ = ccurl_setopt_long(handle, CURLOPT_LOW_SPEED_LIMIT, max(1, limits.slowBytesPerSecond))
        _ = ccurl_setopt_long(handle, CURLOPT_LOW_SPEED_TIME, max(1, limits.slowSeconds))
    }

    private func setBody(_ handle: UnsafeMutableRawPointer) {
        guard request.method != .get else { return }
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, request.body.count), alignment: 1)
        request.body.withUnsafeBytes { copy.copyMemory(from: $0) }
        upload = copy
        _ = ccurl_setopt_long(handle, CURLOPT_POST, 1)
        _ = ccurl_setopt_off(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
        _ = ccurl_setopt_ptr(handle, CURLOPT_POSTFIELDS, copy.baseAddress)
        if request.method != .post { _ = ccurl_setopt_str(handle, CURLOPT_CUSTOMREQUEST, request.method.rawValue) }
    }

    private func setHeaders(_ handle: UnsafeMutableRawPointer) {
        // An empty Expect: some proxies never answer "100 Continue".
        headerList = curl_slist_append(nil, "Expect:")
        for (name, value) in request.headers {
            // "Name:" would remove the header, "Name;" sends it empty.
            headerList = curl_slist_append(headerList, value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        _ = ccurl_setopt_slist(handle, CURLOPT_HTTPHEADER, headerList)
    }

    private func setCallbacks(_ handle: UnsafeMutableRawPointer) {
        let own = Unmanaged.passUnretained(self).toOpaque()
        _ = ccurl_setopt_write(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            return transfer.receive(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
        }
        _ = ccurl_setopt_ptr(handle, CURLOPT_WRITEDATA, own)
        _ = ccurl_setopt_write(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            return transfer.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
        }
        _ = ccurl_setopt_ptr(handle, CURLOPT_HEADERDATA, own)
    }

    /// Takes a piece of the body; false aborts the exchange.
    private func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard body.count + bytes.count <= request.limits.responseBytesMax else {
            overflow = .tooLarge("answer", url: request.url, bytesMax: request.limits.responseBytesMax)
            return false
        }
        body.append(contentsOf: bytes)
        return true
    }

    /// Takes one header line; false aborts the exchange.
    private func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
        headerBytes += bytes.count
        guard headerBytes <= request.limits.headerBytesMax else {
            overflow = .tooLarge("answer's header", url: request.url, bytesMax: request.limits.headerBytesMax)
            return false
        }
        let line = String(decoding: bytes, as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            headers = []  // an interim answer came before
        } else if let colon = line.firstIndex(of: ":") {
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            headers.append((line[..<colon].lowercased(), String(value.prefix { !$0.isNewline })))
        }
        return true
    }
}
