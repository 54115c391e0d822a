import Agent
import Encoding
import System

/// `governance status`: what the node says about validators, in tables.
enum GovernanceStatus {
    static func run(_ invocation: Invocation) throws {
        let facts = try invocation.run {
            try NodeOption.publicPort(invocation).json("/v1/governance")
        }
        guard invocation.output == .table else { return Output.json(facts) }
        func line(_ english: String, _ chinese: String, _ value: String) {
            Output.line(Terminal.padded(invocation.say(english, chinese), to: 18) + value)
        }
        line("epoch", "届次", text(facts["epoch"]))
        line("since height", "起始高度", text(facts["first"]))
        line("height", "当前高度", text(facts["height"]))
        Output.line("")
        validators(facts["validators"], invocation)
        if let waiting = facts["waiting"], waiting["proposal"] != nil {
            Output.line("")
            line("waiting", "待生效", text(waiting["proposal"]))
            line("kind", "类别", text(waiting["kind"]))
            line(
                "ready weight", "就绪权重",
                "\(text(waiting["ready_weight"])) / \(text(waiting["total_weight"]))")
            line("takes effect", "生效", effect(waiting, invocation))
            Output.line("")
            validators(waiting["validators"], invocation)
        }
        Output.line("")
        proposals(facts, invocation)
    }

    private static func text(_ value: JSONValue?) -> String {
        switch value {
        case .bool(let isTrue): isTrue ? "✓" : ""
        case let value?: value.stringValue ?? value.numberText ?? ""
        case nil: ""
        }
    }

    private static func effect(_ waiting: JSONValue, _ invocation: Invocation) -> String {
        let (height, end) = (text(waiting["switches_at"]), text(waiting["lapses_at"]))
        if waiting["is_ready"]?.boolValue == true {
            return invocation.say("at the end of block \(height)", "区块 \(height) 结束时")
        }
        return invocation.say(
            "at the end of block \(height) at the earliest, once a quorum is ready; lapses after "
                + "block \(end)",
            "法定多数就绪后，最早于区块 \(height) 结束时；区块 \(end) 后失效")
    }

    private static func validators(_ list: JSONValue?, _ invocation: Invocation) {
        let rows = (list?.elements ?? []).map { validator in
            [
                text(validator["account"]), text(validator["weight"]),
                text(validator["is_ready"]), text(validator["key"]),
            ]
        }
        let hasReadiness = list?.elements.first?["is_ready"] != nil
        Output.table(
            [
                invocation.say("validator", "验证者"), invocation.say("weight", "权重"),
                hasReadiness ? invocation.say("ready", "就绪") : "", invocation.say("key", "密钥"),
            ], rows)
    }

    private static func proposals(_ facts: JSONValue, _ invocation: Invocation) {
        let rows = (facts["proposals"]?.elements ?? []).map { proposal in
            [
                text(proposal["proposal"]), text(proposal["kind"]), text(proposal["standing"]),
                "\(text(proposal["approved_weight"])) / \(text(facts["total_weight"]))",
                text(proposal["rejected_weight"]),
                proposal["needs_authority"]?.boolValue == true
                    ? (proposal["is_authorised"]?.boolValue == true
                        ? invocation.say("agrees", "同意") : invocation.say("awaited", "待定")) : "—",
                (proposal["changes"]?.elements ?? []).map(change).joined(separator: ", "),
            ]
        }
        Output.table(
            [
                invocation.say("proposal", "提案"), invocation.say("kind", "类别"),
                invocation.say("standing", "状态"), invocation.say("approved", "赞成"),
                invocation.say("rejected", "反对"), invocation.say("authority", "管理部门"),
                invocation.say("changes", "变更"),
            ], rows)
    }

    private static func change(_ change: JSONValue) -> String {
        let weight = text(change["weight"])
        return "\(text(change["change"])) \(text(change["account"]).prefix(12))…"
            + (weight.isEmpty ? "" : " → \(weight)")
    }
}
