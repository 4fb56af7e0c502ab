import CCurl
import Threads

extension TransferError {
    /// What a curl result means to an operator. `detail` is curl's own sentence; it holds addresses, never contents.
    init(curl result: CURLcode, url: String, detail: String) {
        let place = Self.place(of: url)
        let because = detail.isEmpty ? String(cString: curl_easy_strerror(result)) : detail
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            self.init(
                .unknownHost, "The name of \(place) could not be looked up: \(because).",
                remedy: "Check the address and the DNS of this machine.")
        case CURLE_COULDNT_CONNECT, CURLE_SEND_ERROR, CURLE_INTERFACE_FAILED:
            self.init(
                .unreachable, "\(place) could not be reached: \(because).",
                remedy: "Check that it runs, the address, and the firewall between.")
        case CURLE_OPERATION_TIMEDOUT:
            self.init(
                .timedOut, "\(place) did not answer in time: \(because).", remedy: "Check the line; the request is sent again by itself.")
        case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_GOT_NOTHING:
            self.init(
                .cutShort, "The answer of \(place) was cut short: \(because).",
                remedy: "Check the line; the request is sent again by itself.")
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_BAD_CONTENT_ENCODING:
            self.init(.notHTTP, "What answers at \(place) does not speak HTTP: \(because).", remedy: "Check the address and the port.")
        case CURLE_OUT_OF_MEMORY:
            // So libcurl 7.88 calls a header line of more than 100 KB.
            self.init(
                .notHTTP, "The answer of \(place) has a header that is too large, or memory ran out: \(because).",
                remedy: "Check the address, and what proxies stand between.")
        case CURLE_URL_MALFORMAT:
            self.init(.badAddress, "\"\(place)\" is no valid address.", remedy: "Write it like https://hub.example.com:8443.")
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER:
            self.init(
                .untrusted, "No trusted connection to \(place): \(because).",
                remedy: "Check the clock of this machine, the certificate, and whether a proxy reads along.")
        default:
            self.init(.unexpected, "The exchange with \(place) failed (curl \(result.rawValue)): \(because).", remedy: "Check the line.")
        }
    }

    static func tooLarge(_ what: String, url: String, bytesMax: Int) -> TransferError {
        TransferError(
            .tooLarge, "The \(what) of \(place(of: url)) is larger than \(bytesMax) bytes.",
            remedy: "Check that the address is a Tributary hub's.")
    }

    static func noThread(_ error: ThreadError) -> TransferError {
        TransferError(
            .unexpected, "No thread for the connection could be started: \(error.reason).",
            remedy: "End other programs, or raise the limits of threads and memory; it is tried again by itself.")
    }

    static func closed(url: String) -> TransferError {
        TransferError(
            .closed, "The connection to \(place(of: url)) was closed by this side.", remedy: "Nothing to do; the program is ending.")
    }

    /// Scheme, host and port: a path or query may name people and stays out of messages.
    static func place(of url: String) -> String {
        var slashes = 0
        let place = url.prefix { character in
            if character == "/" { slashes += 1 }
            return slashes < 3 && character != "?" && character != "#"
        }
        return String(place)
    }
}
