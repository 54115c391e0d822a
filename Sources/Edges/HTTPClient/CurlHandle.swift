import CCurl
import CCurlShim

/// One libcurl handle with the connections it keeps.
///
/// `@unchecked Sendable`: one thread at a time has it, except for `wake`, which libcurl allows from
/// any.
final class CurlHandle: @unchecked Sendable {
    private static let isStarted = kl_curl_start() == CURLE_OK

    /// Where it last connected to; it belongs to whoever has the handle.
    var origin = ""

    let easy: UnsafeMutableRawPointer
    private let multi: UnsafeMutableRawPointer

    init?() {
        guard Self.isStarted, let easy = curl_easy_init() else { return nil }
        guard let multi = curl_multi_init() else {
            curl_easy_cleanup(easy)
            return nil
        }
        self.easy = easy
        self.multi = multi
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_multi_cleanup(multi)
    }

    /// Runs the transfer that was set up on `easy`.
    func perform(_ cancellation: HTTPCancellation?) -> CURLcode {
        cancellation?.enter(self)
        defer { cancellation?.leave(self) }
        let context = cancellation.map { Unmanaged.passUnretained($0).toOpaque() }
        return kl_curl_perform(
            multi, easy,
            { context in
                guard let context else { return 1 }
                let cancellation = Unmanaged<HTTPCancellation>.fromOpaque(context)
                return cancellation.takeUnretainedValue().isCancelled ? 0 : 1
            }, context)
    }

    /// Lets `perform` look at its cancellation now.
    func wake() { curl_multi_wakeup(multi) }
}
