import Base
import FHIRSearch
import HTTPClient

/// Sends notifications to endpoints (FHIR R4 Subscription, channel `rest-hook`).
///
/// Redirects are not followed, what an endpoint answers is not read beyond a few kilobytes, and an
/// exchange that takes too long is broken off.
struct HookSender: Sendable {
    /// Bytes of an answer.
    private static let answerLimit = 64 << 10
    private static let mediaType = "application/fhir+json"

    private let client: HTTPClient
    private let timeout: Duration
    private let cancellation = HTTPCancellation()

    init(_ settings: HookSettings) {
        var configuration = HTTPClientConfiguration()
        timeout = .seconds(Int64(clamping: settings.exchangeSeconds))
        configuration.timeout = timeout
        configuration.connectTimeout = min(.seconds(5), timeout)
        configuration.bodyByteCountMax = Self.answerLimit
        // Endpoints are other people's servers; what is older than 1.2 is still refused.
        configuration.requiresTLS13 = false
        client = HTTPClient(configuration: configuration)
    }

    /// Breaks off what is under way, and everything later.
    func cancel() { cancellation.cancel() }

    /// Sends one notification.
    ///
    /// With the resource it is a PUT, or for a deletion a DELETE, to the resource's name below the
    /// endpoint; without it an empty POST to the endpoint.
    func send(_ version: StoredVersion, _ order: HookOrder) throws(HookFailure) {
        var fields = order.headers.map { HTTPClientField($0.name, $0.value) }
        let request: HTTPClientRequest
        if !order.sendsResource {
            request = HTTPClientRequest(
                "POST", order.endpoint.url, fields: fields, body: .bytes([]))
        } else {
            let url = order.endpoint.url + "/" + version.name.text
            if version.method == .delete {
                request = HTTPClientRequest("DELETE", url, fields: fields)
            } else {
                fields.append(HTTPClientField("Content-Type", Self.mediaType))
                request = HTTPClientRequest(
                    "PUT", url, fields: fields, body: .bytes(version.body ?? []))
            }
        }
        let response: HTTPClientResponse
        do throws(HTTPClientError) {
            response = try client.send(request, cancellation: cancellation)
        } catch {
            throw .exchange(error)
        }
        guard response.isSuccess else { throw .status(response.status) }
    }
}

/// Why an attempt to deliver a notification failed.
enum HookFailure: Error, Hashable, Sendable {
    case status(Int)
    case exchange(HTTPClientError)

    /// What the subscription's owner is told once the server gives up.
    func refusal(attempts: Int) -> Refusal {
        let (english, chinese) = words
        return Refusal(
            "fhir.hook-failed",
            "The endpoint did not take a notification in \(attempts) attempts; at last \(english). "
                + "Mend it and send the Subscription with status requested: what was missed "
                + "follows.",
            "端点在 \(attempts) 次尝试中均未接收通知；最后一次：\(chinese)。"
                + "修复后请以 status 为 requested 重新提交订阅，遗漏的通知将补发。")
    }

    private var words: (english: String, chinese: String) {
        switch self {
        case .status(let code): ("it answered \(code)", "返回状态 \(code)")
        case .exchange(.unknownHost): ("its host name was unknown", "主机名未知")
        case .exchange(.cannotConnect): ("nobody listened there", "无法连接")
        case .exchange(.timedOut): ("it took too long", "超时")
        case .exchange(.untrusted): ("its certificate was not trusted", "证书不受信任")
        case .exchange(.responseTooLarge): ("its answer was too long", "响应过大")
        case .exchange: ("the exchange broke off", "传输中断")
        }
    }
}
