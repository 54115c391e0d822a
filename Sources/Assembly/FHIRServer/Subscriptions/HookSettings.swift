package import Base

/// Where notifications may go, and how hard the server tries.
package struct HookSettings: Sendable {
    /// Endpoints that the operator trusts, with all that lies below them; `http` only where one
    /// says so.
    package let allowed: [HookEndpoint]
    /// Attempts for one notification, after which the subscription is in error: with the delays
    /// below, about four hours.
    package var attempts = 16
    /// Seconds between the first attempt and the second; each later pause is twice the one before.
    package var firstDelaySeconds: UInt64 = 1
    /// The longest pause, in seconds.
    package var longestDelaySeconds: UInt64 = 3600
    /// Seconds for one exchange with an endpoint.
    package var exchangeSeconds: UInt64 = 10
    /// Threads that deliver; with none, only ``Subscriptions/settle()`` does.
    package var threads = 8

    package init(allowed: [HookEndpoint]) { self.allowed = allowed }

    /// Reads the operator's list, such as `https://his.example/fhir,https://lab.example`.
    package init(parsing text: String) throws(Refusal) {
        var allowed: [HookEndpoint] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let endpoint = HookEndpoint(String(part)) else {
                throw Refusal(
                    "fhir.hooks",
                    "`\(part.prefix(80))` is no endpoint. Write a list such as "
                        + "https://his.example/fhir,https://lab.example: scheme, host, port and "
                        + "path only.",
                    "`\(part.prefix(80))` 不是端点。请写成列表，例如 "
                        + "https://his.example/fhir,https://lab.example：仅含协议、主机、端口和路径。")
            }
            allowed.append(endpoint)
        }
        self.init(allowed: allowed)
    }

    func permits(_ endpoint: HookEndpoint) -> Bool { allowed.contains { $0.covers(endpoint) } }

    /// Seconds to wait after so many attempts that failed.
    func delay(afterAttempts count: Int) -> UInt64 {
        let doublings = UInt64(min(max(count - 1, 0), 32))
        return min(firstDelaySeconds << doublings, longestDelaySeconds)
    }
}
