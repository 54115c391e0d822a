import Base
import Encoding
import FHIRDefinitions
import FHIRSearch

/// What a Subscription asks for, checked: what is matched, where notifications go, and how.
struct HookOrder: Sendable {
    /// Bytes of criteria.
    private static let criteriaLimit = 4096
    /// Parameters that say how an answer looks, which a notification has none of.
    private static let presenting: Set<String> = [
        "_include", "_revinclude", "_sort", "_count", "_total", "_summary", "_elements", "_page",
        "_format", "_pretty", "_contained", "_containedType",
    ]

    let type: String
    let query: SearchQuery
    /// The patient whose consents or audit it is about; nil for resources that are kept here.
    let patient: ResourceName?
    let endpoint: HookEndpoint
    /// Whether the resource is sent, or only a sign that there is something.
    let sendsResource: Bool
    let headers: [HookHeader]
    let end: Timestamp?

    init(
        _ resource: JSONValue, service: FHIRService, settings: HookSettings
    ) throws(FHIRError) {
        let criteria = resource["criteria"]?.stringValue ?? ""
        let parts = criteria.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        type = parts.first.map(String.init) ?? ""
        guard criteria.utf8.count <= Self.criteriaLimit, type != Subscriptions.type,
            service.offeredTypes.contains(where: { [type] in $0.name == type }),
            let parameters = EntryRequest.query(parts.count == 2 ? parts[1] : "")
        else {
            throw .unprocessable(
                "The criteria must be a search of one resource type, such as "
                    + "Observation?code=http://loinc.org|8867-4; topics are not offered.",
                "criteria 必须是对一种资源类型的检索，例如 "
                    + "Observation?code=http://loinc.org|8867-4；不提供主题订阅。",
                at: "Subscription.criteria")
        }
        for parameter in parameters {
            let name = parameter.name.prefix { $0 != ":" }
            guard !Self.presenting.contains(String(name)) else {
                throw .unprocessable(
                    "The criteria say what is matched; leave out \(name).",
                    "criteria 只说明匹配条件；请去掉 \(name)。", at: "Subscription.criteria")
            }
        }
        do throws(FHIRError) {
            query = try service.query(parameters, in: .type(type), strict: true)
            patient =
                FHIRService.ledgerTypes.contains(type)
                ? try service.patient(in: parameters) : nil
        } catch {
            throw FHIRError(
                422,
                issues: error.issues.map { .init($0.code, $0.refusal, at: "Subscription.criteria") }
            )
        }
        let channel = resource["channel"] ?? .object([])
        guard channel["type"]?.stringValue == "rest-hook" else {
            throw .unprocessable(
                "Only the channel rest-hook is offered.", "仅提供 rest-hook 通道。",
                at: "Subscription.channel.type")
        }
        endpoint = try Self.endpoint(channel, settings)
        switch channel["payload"]?.stringValue {
        case nil, "": sendsResource = false
        case "application/fhir+json": sendsResource = true
        default:
            throw .unprocessable(
                "The payload is application/fhir+json, or is left out for a bare notification.",
                "payload 为 application/fhir+json，或省略以仅接收通知。",
                at: "Subscription.channel.payload")
        }
        headers = try HookHeader.all(in: channel)
        end = try resource["end"].map { value throws(FHIRError) in
            guard let time = value.stringValue.flatMap({ Instant.timestamp($0) }) else {
                throw .unprocessable(
                    "The end must be an instant, such as 2027-01-31T08:00:00Z.",
                    "end 必须是时刻，例如 2027-01-31T08:00:00Z。", at: "Subscription.end")
            }
            return time
        }
    }

    private static func endpoint(
        _ channel: JSONValue, _ settings: HookSettings
    ) throws(FHIRError) -> HookEndpoint {
        guard let endpoint = channel["endpoint"]?.stringValue.flatMap({ HookEndpoint($0) }) else {
            throw .unprocessable(
                "The endpoint must be an https URL of host, port and path, without a user, a query "
                    + "or escapes.",
                "endpoint 必须是由主机、端口和路径组成的 https 地址，不含用户名、查询或转义。",
                at: "Subscription.channel.endpoint")
        }
        guard settings.permits(endpoint) else {
            throw FHIRError(
                422, "forbidden", "hook-endpoint",
                "The operator of this server does not allow notifications to that endpoint. Ask "
                    + "for it to be added (`kanglian fhir serve --hooks`).",
                "本服务器的运维人员未允许向该端点发送通知。请申请将其加入"
                    + "（`kanglian fhir serve --hooks`）。", at: "Subscription.channel.endpoint")
        }
        return endpoint
    }
}
