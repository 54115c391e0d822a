import Agent
import Base
import Cryptography
import Encoding
import Node
import Sandbox
import System

/// How nodes stand among each other, for the people who run them.
enum StatusCommands {
    static let all = [
        Command(
            words: ["status"],
            summary: Localized(
                "show who votes, lag, the engine, the last certificate and alarms",
                "查看投票者、进度差距、排序引擎、最近证书与告警"),
            operands: ["FOLDER"], requiredOperands: 0,
            options: [
                NodeOption.url,
                .value(
                    "wait", "SECONDS", "wait until every node is ready and votes, if it may",
                    "等待所有节点就绪并（如有投票权）投票（秒）"),
            ],
            run: status)
    ]

    /// One node's answer.
    private struct Answer {
        let url: String
        let result: Result<JSONValue, Refusal>

        var value: JSONValue? { try? result.get() }

        /// Whether the node is ready and votes, if it has a vote.
        var isWell: Bool {
            value?["ready"]?.boolValue == true
                && ["voting", "follower"].contains(value?["standing"]?.stringValue)
        }
    }

    private static func status(_ invocation: Invocation) throws {
        let end =
            SystemClock.monotonicNanoseconds
            + (try invocation.number("wait", default: 0)) * 1_000_000_000
        var answers = try ask(invocation)
        while !answers.allSatisfy(\.isWell), SystemClock.monotonicNanoseconds < end {
            SystemClock.sleep(untilMonotonic: SystemClock.monotonicNanoseconds + 200_000_000)
            answers = try ask(invocation)
        }
        let isZone = invocation.operands.first.map {
            ClusterZone($0, random: SystemRandom()).exists
        }
        if invocation.output == .json {
            Output.json(isZone == true ? list(answers) : try only(answers))
        } else {
            if isZone == true { StatusText.nodes(answers.map { ($0.url, $0.result) }, invocation) }
            if let value = answers.lazy.compactMap(\.value).first {
                StatusText.node(value, invocation, withAlarms: isZone != true)
            }
        }
        if answers.allSatisfy({ $0.value == nil }) {
            _ = try only(answers)
        } else if invocation.value("wait") != nil, !answers.allSatisfy(\.isWell) {
            throw CommandError(
                .unavailable, "status.not-well", "Not every node votes and is ready; see above.",
                "并非所有节点都在投票且就绪，见上。")
        }
    }

    private static func ask(_ invocation: Invocation) throws -> [Answer] {
        try urls(invocation).map { url in
            do throws(PortError) {
                return Answer(
                    url: url,
                    result: .success(try HTTPPort(url: url, signer: nil).json("/v1/status")))
            } catch {
                return Answer(url: url, result: .failure(error.refusal))
            }
        }
    }

    private static func only(_ answers: [Answer]) throws -> JSONValue {
        switch answers.first?.result {
        case .success(let value): return value
        case .failure(let refusal): throw CommandError(.unavailable, refusal)
        case nil: return .null
        }
    }

    private static func list(_ answers: [Answer]) -> JSONValue {
        .array(
            answers.map { answer in
                var value: JSONValue = ["url": .string(answer.url)]
                switch answer.result {
                case .success(let status): value["status"] = status
                case .failure(let refusal):
                    value["error"] = [
                        "code": .string(refusal.code), "message": .string(refusal.english),
                        "message_zh": .string(refusal.chinese),
                    ]
                }
                return value
            })
    }

    /// Where to ask: the node that was named, or those whose folders are here.
    private static func urls(_ invocation: Invocation) throws -> [String] {
        guard let folder = invocation.operands.first else {
            return [NodeOption.address(invocation)]
        }
        guard invocation.value("node") == nil else {
            throw CommandError.usage("Give FOLDER or --node.", "FOLDER 与 --node 二选一。")
        }
        let zone = ClusterZone(folder, random: SystemRandom())
        let nodes =
            zone.exists
            ? (0..<zone.nodeCount).map { zone.node($0) }
            : [
                NodeFolder(
                    FileSystem.exists(folder + "/node/trust.json") ? folder + "/node" : folder)
            ]
        guard nodes.allSatisfy(\.exists) else {
            throw CommandError(
                .notFound, "node.missing", "\(folder) holds no node. Check the path.",
                "\(folder) 中没有节点。请核对路径。")
        }
        let urls = nodes.compactMap(\.address)
        guard !urls.isEmpty else {
            throw CommandError(
                .unavailable, "node.stopped",
                "No node of \(folder) runs. Start it: kanglian serve FOLDER, or cluster up.",
                "\(folder) 的节点均未运行。请启动：kanglian serve FOLDER 或 cluster up。")
        }
        return urls
    }
}
