import CCurl
import CCurlShim

/// Telling libcurl about a request. Every option is set anew, as the handle is used again.
extension CurlHandle {
    /// Sets up `transfer`, which must live until performed; false if libcurl does not take it.
    func set(
        _ request: HTTPClientRequest, _ configuration: HTTPClientConfiguration, isStream: Bool,
        transfer: CurlTransfer
    ) -> Bool {
        curl_easy_reset(easy)
        var results: [CURLcode] = []
        results += setPlace(request, configuration)
        results += setTimes(request, configuration, isStream: isStream)
        results += setTrust(configuration)
        results += setBody(request)
        results.append(kl_curl_set_list(easy, CURLOPT_HTTPHEADER, transfer.lines))
        results += setCallbacks(transfer)
        return results.allSatisfy { $0 == CURLE_OK }
    }

    private func setPlace(
        _ request: HTTPClientRequest, _ configuration: HTTPClientConfiguration
    ) -> [CURLcode] {
        [
            kl_curl_set_text(easy, CURLOPT_URL, request.url),
            kl_curl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https"),
            kl_curl_set_number(easy, CURLOPT_FOLLOWLOCATION, 0),
            kl_curl_set_text(easy, CURLOPT_PROXY, configuration.proxy ?? ""),
            kl_curl_set_number(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)),
            kl_curl_set_number(easy, CURLOPT_TCP_NODELAY, 1),
            kl_curl_set_number(easy, CURLOPT_NOSIGNAL, 1),
        ]
    }

    private func setTimes(
        _ request: HTTPClientRequest, _ configuration: HTTPClientConfiguration, isStream: Bool
    ) -> [CURLcode] {
        let connect = configuration.connectTimeout.milliseconds
        let whole = request.timeout ?? (isStream ? nil : configuration.timeout)
        let silence = isStream ? max(1, configuration.silenceTimeout.milliseconds / 1_000) : 0
        return [
            kl_curl_set_number(easy, CURLOPT_CONNECTTIMEOUT_MS, connect),
            kl_curl_set_number(easy, CURLOPT_TIMEOUT_MS, whole?.milliseconds ?? 0),
            kl_curl_set_number(easy, CURLOPT_LOW_SPEED_LIMIT, isStream ? 1 : 0),
            kl_curl_set_number(easy, CURLOPT_LOW_SPEED_TIME, silence),
        ]
    }

    private func setTrust(_ configuration: HTTPClientConfiguration) -> [CURLcode] {
        let version =
            configuration.requiresTLS13 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2
        var results = [
            kl_curl_set_number(easy, CURLOPT_SSLVERSION, Int(version)),
            kl_curl_set_number(easy, CURLOPT_SSL_VERIFYPEER, 1),
            kl_curl_set_number(easy, CURLOPT_SSL_VERIFYHOST, 2),
        ]
        if let file = configuration.certificateAuthorityFile {
            results.append(kl_curl_set_text(easy, CURLOPT_CAINFO, file))
        }
        if let text = configuration.certificateAuthorityPEM {
            let bytes = Array(text.utf8)
            results.append(kl_curl_set_blob(easy, CURLOPT_CAINFO_BLOB, bytes, bytes.count))
        }
        if let file = configuration.clientCertificateFile {
            results.append(kl_curl_set_text(easy, CURLOPT_SSLCERT, file))
        }
        if let file = configuration.clientKeyFile {
            results.append(kl_curl_set_text(easy, CURLOPT_SSLKEY, file))
        }
        if let key = configuration.pinnedPublicKey {
            results.append(kl_curl_set_text(easy, CURLOPT_PINNEDPUBLICKEY, key))
        }
        return results
    }

    private func setBody(_ request: HTTPClientRequest) -> [CURLcode] {
        var results: [CURLcode] = []
        switch request.body {
        case .none:
            let isHead = request.method == "HEAD" ? 1 : 0
            results.append(kl_curl_set_number(easy, CURLOPT_HTTPGET, 1 - isHead))
            results.append(kl_curl_set_number(easy, CURLOPT_NOBODY, isHead))
        case .bytes(let bytes):
            results.append(kl_curl_set_number(easy, CURLOPT_POST, 1))
            let size = Int64(bytes.count)
            results.append(kl_curl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, size))
            // Copies; the size must be set before.
            bytes.withUnsafeBytes { bytes in
                let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                if let start {
                    results.append(kl_curl_set_context(easy, CURLOPT_COPYPOSTFIELDS, start))
                } else {
                    results.append(kl_curl_set_text(easy, CURLOPT_COPYPOSTFIELDS, ""))
                }
            }
        case .upload(let byteCount, _):
            results.append(kl_curl_set_number(easy, CURLOPT_POST, 1))
            let size = Int64(byteCount ?? -1)
            results.append(kl_curl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, size))
        }
        results.append(kl_curl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method))
        return results
    }

    private func setCallbacks(_ transfer: CurlTransfer) -> [CURLcode] {
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        return [
            kl_curl_set_context(easy, CURLOPT_HEADERDATA, context),
            kl_curl_set_transfer(easy, CURLOPT_HEADERFUNCTION) { buffer, size, count, context in
                guard let context else { return 0 }
                let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
                let line = UnsafeRawBufferPointer(start: buffer, count: size * count)
                return transfer.receive(head: line) ? line.count : 0
            },
            kl_curl_set_context(easy, CURLOPT_WRITEDATA, context),
            kl_curl_set_transfer(easy, CURLOPT_WRITEFUNCTION) { buffer, size, count, context in
                guard let context else { return 0 }
                let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
                let part = UnsafeRawBufferPointer(start: buffer, count: size * count)
                return transfer.receive(body: part) ? part.count : 0
            },
            kl_curl_set_context(easy, CURLOPT_READDATA, context),
            kl_curl_set_transfer(easy, CURLOPT_READFUNCTION) { buffer, size, count, context in
                guard let context else { return Int(CURL_READFUNC_ABORT) }
                let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
                let space = UnsafeMutableRawBufferPointer(start: buffer, count: size * count)
                return transfer.send(into: space) ?? Int(CURL_READFUNC_ABORT)
            },
        ]
    }
}

extension Duration {
    /// Whole milliseconds, at least one, at most a day.
    fileprivate var milliseconds: Int {
        let seconds = min(components.seconds, 86_400)
        return max(1, Int(seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000))
    }
}
