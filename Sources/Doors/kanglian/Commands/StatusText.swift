import Base
import Encoding

/// The status of nodes as tables for people.
enum StatusText {
    /// One line a node.
    static func nodes(
        _ nodes: [(url: String, result: Result<JSONValue, Refusal>)], _ invocation: Invocation
    ) {
        let titles = [
            invocation.say("node", "节点"), invocation.say("institution", "机构"),
            invocation.say("standing", "状态"), invocation.say("ready", "就绪"),
            invocation.say("height", "高度"), invocation.say("lag", "落后"),
            invocation.say("links", "链路"), invocation.say("alarms", "告警"),
        ]
        Output.table(
            titles,
            nodes.map { url, result in
                switch result {
                case .failure(let refusal):
                    [url, "", invocation.say("no answer", "无应答"), "", "", "", "", refusal.code]
                case .success(let value):
                    [
                        url, text(value["institution"]), standing(value, invocation),
                        flag(value["ready"], invocation), text(value["height"]),
                        text(value["lag"]), links(value),
                        value["alarms"].map { String($0.elements.count) } ?? "",
                    ]
                }
            })
        Output.line("")
        for (url, result) in nodes {
            if let value = try? result.get() { alarms(value, of: url + ": ", invocation) }
        }
    }

    /// Everything about one node.
    static func node(_ value: JSONValue, _ invocation: Invocation, withAlarms: Bool) {
        let pairs: [(String, String)] = [
            (
                invocation.say("node", "节点"),
                "\(text(value["institution"])) · \(text(value["software"]))"
            ),
            (
                invocation.say("chain", "链"),
                invocation.say(
                    "\(text(value["zone"])) \(text(value["chain"])), height "
                        + "\(text(value["height"])), epoch \(text(value["epoch"])), view "
                        + "\(text(value["view"]))",
                    "\(text(value["zone"])) \(text(value["chain"]))，高度 \(text(value["height"]))，"
                        + "届次 \(text(value["epoch"]))，视图 \(text(value["view"]))")
            ),
            (invocation.say("standing", "状态"), standing(value, invocation)),
            (invocation.say("ready", "就绪"), flag(value["ready"], invocation)),
            (
                invocation.say("fresh", "新鲜度"),
                value["fresh"]?.boolValue == true
                    ? invocation.say(
                        "yes: enough validators were heard lately", "是：近期已收到足够验证者的消息")
                    : invocation.say("no: the chain may be further", "否：链可能已更新")
            ),
            (invocation.say("waiting", "等待中"), text(value["pending"])),
            (invocation.say("engine", "排序引擎"), engine(value["engine"], invocation)),
            (
                invocation.say("last certificate", "最近证书"),
                certificate(value["certificate"], invocation)
            ),
        ]
        let lines = pairs.map { [$0.0, $0.1] }
        Output.table(lines[0], Array(lines.dropFirst()))
        Output.line("")
        validators(value["validators"]?.elements ?? [], invocation)
        if withAlarms {
            Output.line("")
            alarms(value, of: "", invocation)
        }
    }

    private static func validators(_ list: [JSONValue], _ invocation: Invocation) {
        let titles = [
            invocation.say("validator", "验证者"), invocation.say("weight", "权重"),
            invocation.say("link", "链路"), invocation.say("voted", "已投票"),
            invocation.say("height", "高度"), invocation.say("lag", "落后"),
            invocation.say("heard", "最近消息"), invocation.say("round trip", "往返"),
            invocation.say("certificate", "链路证书"), invocation.say("last error", "最近错误"),
        ]
        Output.table(
            titles,
            list.map { validator in
                let link = validator["link"]
                let name = text(validator["name"])
                let isOwn = validator["own"]?.boolValue == true
                return [
                    name.isEmpty ? String(text(validator["account"]).prefix(16)) : name,
                    text(validator["weight"]),
                    isOwn
                        ? invocation.say("this node", "本节点")
                        : validator["connected"]?.boolValue == true
                            ? invocation.say("up", "已连接") : invocation.say("down", "断开"),
                    flag(validator["voted"], invocation), text(validator["height"]),
                    text(validator["lag"]),
                    validator["silence_ms"]?.numberText.map { $0 + " ms" } ?? "-",
                    link?["round_trip_us"]?.numberText.map { $0 + " µs" } ?? "-",
                    link?["certificate_days"]?.numberText.map {
                        invocation.say("\($0) days", "\($0) 天")
                    } ?? "-",
                    text(link?["last_error"]),
                ]
            })
    }

    private static func alarms(_ value: JSONValue, of prefix: String, _ invocation: Invocation) {
        let list = value["alarms"]?.elements ?? []
        if list.isEmpty, prefix.isEmpty {
            Output.line(invocation.say("No alarms.", "没有告警。"))
        }
        for alarm in list {
            let message = invocation.say(text(alarm["message"]), text(alarm["message_zh"]))
            Output.line(
                "! \(prefix)\(text(alarm["since"]))  \(message) [\(text(alarm["code"]))]")
        }
    }

    // MARK: Words

    private static func text(_ value: JSONValue?) -> String {
        guard let text = value?.stringValue ?? value?.numberText else { return "-" }
        // Peers and engines choose some of these: nothing may steer a terminal.
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.filter { scalar in
                    scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)
                }))
    }

    private static func flag(_ value: JSONValue?, _ invocation: Invocation) -> String {
        value?.boolValue == true ? invocation.say("yes", "是") : invocation.say("no", "否")
    }

    private static func links(_ value: JSONValue) -> String {
        let others = (value["validators"]?.elements ?? []).filter { $0["own"]?.boolValue == false }
        return "\(others.count { $0["connected"]?.boolValue == true })/\(others.count)"
    }

    private static func standing(_ value: JSONValue, _ invocation: Invocation) -> String {
        switch value["standing"]?.stringValue {
        case "voting": invocation.say("votes", "投票中")
        case "follower": invocation.say("follows, no vote", "仅跟随")
        case "observing": invocation.say("starting to vote", "准备投票")
        case "quarantined": invocation.say("quarantined: does not vote", "隔离中：不投票")
        case "diverged": invocation.say("diverged: serves nothing", "状态分歧：停止服务")
        default: "-"
        }
    }

    private static func engine(_ value: JSONValue?, _ invocation: Invocation) -> String {
        guard let value, !value.isNull else {
            return invocation.say("none: validators lead", "无：由验证者轮流领导")
        }
        var parts = [text(value["state"])]
        if let endpoint = value["endpoint"]?.stringValue { parts[0] += " (\(endpoint))" }
        if let reason = value["reason"]?.stringValue { parts[0] += ": \(reason)" }
        let counts = ["created", "taken", "failed", "delivered"].map { text(value[$0]) }
        parts.append(
            invocation.say(
                "\(counts[0]) records written, \(counts[1]) lost the race, \(counts[2]) failed, "
                    + "\(counts[3]) received",
                "写入 \(counts[0])，竞争失败 \(counts[1])，失败 \(counts[2])，接收 \(counts[3])"))
        let alarms = value["alarms"]?.elements.compactMap(\.stringValue) ?? []
        if !alarms.isEmpty { parts.append(alarms.joined(separator: ", ")) }
        return parts.joined(separator: "; ")
    }

    private static func certificate(_ value: JSONValue?, _ invocation: Invocation) -> String {
        guard let value, !value.isNull else { return invocation.say("none yet", "尚无") }
        let missing = (value["missing"]?.elements ?? []).map { text($0) }
        let weight = "\(text(value["weight"]))/\(text(value["total"]))"
        var line = invocation.say(
            "height \(text(value["height"])), view \(text(value["view"])), weight \(weight)",
            "高度 \(text(value["height"]))，视图 \(text(value["view"]))，权重 \(weight)")
        if !missing.isEmpty {
            line += invocation.say(
                "; without \(missing.joined(separator: ", "))",
                "；未签：\(missing.joined(separator: "、"))")
        }
        return line
    }
}
