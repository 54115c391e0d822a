import CCurl
import Synchronization

/// An HTTP/1.1 client that keeps its connections; any number of threads may use it at once.
///
/// Calls block the thread. Redirects are not followed, cookies not kept, and no retry is made: the
/// caller knows what may be asked twice. Behind it works libcurl; nothing of it shows here.
package final class HTTPClient: Sendable {
    private let configuration: HTTPClientConfiguration
    private let idle = Mutex<[CurlHandle]>([])

    package init(configuration: HTTPClientConfiguration = HTTPClientConfiguration()) {
        self.configuration = configuration
    }

    /// Sends a request and waits for the whole answer, whatever its status.
    package func send(
        _ request: HTTPClientRequest, cancellation: HTTPCancellation? = nil
    ) throws(HTTPClientError) -> HTTPClientResponse {
        try run(request, cancellation: cancellation, onBytes: nil)
    }

    /// Sends a request and passes on the answer's bytes as they come, until the server ends it.
    ///
    /// Returning false from `onBytes` stops in good order. If the status is not a success, nothing
    /// is passed on and the body is in the response instead.
    package func stream(
        _ request: HTTPClientRequest, cancellation: HTTPCancellation? = nil,
        onBytes: ([UInt8]) -> Bool
    ) throws(HTTPClientError) -> HTTPClientResponse {
        try withoutActuallyEscaping(onBytes) { onBytes throws(HTTPClientError) in
            try run(request, cancellation: cancellation, onBytes: onBytes)
        }
    }

    private func run(
        _ request: HTTPClientRequest, cancellation: HTTPCancellation?,
        onBytes: (([UInt8]) -> Bool)?
    ) throws(HTTPClientError) -> HTTPClientResponse {
        guard request.isSound else { throw .invalidRequest }
        guard let handle = takeHandle(for: request.origin) else { throw .failed(code: 2) }
        let transfer = CurlTransfer(request: request, configuration: configuration)
        transfer.onBytes = onBytes
        defer { transfer.onBytes = nil }
        let isSet = handle.set(
            request, configuration, isStream: onBytes != nil, transfer: transfer)
        guard isSet else { throw .invalidRequest }
        let code = withExtendedLifetime(transfer) { handle.perform(cancellation) }
        if code == CURLE_OK || transfer.isStopped {
            keep(handle)
            return HTTPClientResponse(
                status: transfer.status, fields: transfer.fields, body: transfer.body)
        }
        if let failure = transfer.failure { throw failure }
        if cancellation?.isCancelled == true { throw .cancelled }
        throw HTTPClientError(code)
    }

    /// A handle that probably still has a connection to that origin, or any, or a new one.
    private func takeHandle(for origin: Substring) -> CurlHandle? {
        let handle = idle.withLock { idle in
            idle.lastIndex { $0.origin == origin }.map { idle.remove(at: $0) } ?? idle.popLast()
        }
        let taken = handle ?? CurlHandle()
        taken?.origin = String(origin)
        return taken
    }

    private func keep(_ handle: CurlHandle) {
        idle.withLock { idle in
            if idle.count < configuration.idleHandleCountMax { idle.append(handle) }
        }
    }
}

extension HTTPClientRequest {
    /// Whether nothing in it could end a header line early.
    fileprivate var isSound: Bool {
        let isVisible = { (byte: UInt8) in byte > 0x20 && byte < 0x7F }
        if case .none = body {} else if method == "HEAD" { return false }
        return !method.isEmpty && method.utf8.allSatisfy { $0 >= 0x41 && $0 <= 0x5A }
            && url.utf8.allSatisfy(isVisible)
            && fields.allSatisfy { field in
                !field.name.isEmpty
                    && field.name.utf8.allSatisfy { isVisible($0) && $0 != UInt8(ascii: ":") }
                    && field.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
            }
    }

    /// Scheme, host and port as written.
    fileprivate var origin: Substring {
        let start = url.firstIndex(of: ":") ?? url.startIndex
        let end = url[start...].drop { $0 == ":" || $0 == "/" }.firstIndex(of: "/")
        return url[..<(end ?? url.endIndex)]
    }
}

extension HTTPClientError {
    /// The error that libcurl's code stands for; the only place that knows these codes.
    fileprivate init(_ code: CURLcode) {
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: self = .invalidRequest
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: self = .unknownHost
        case CURLE_COULDNT_CONNECT: self = .cannotConnect
        case CURLE_OPERATION_TIMEDOUT: self = .timedOut
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_CERTPROBLEM, CURLE_SSL_ISSUER_ERROR:
            self = .untrusted
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH: self = .wrongPublicKey
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE:
            self = .interrupted
        default: self = .failed(code: Int(code.rawValue))
        }
    }
}
