package import Base
import Finality
import Ledger
import Ordering
import Synchronization
import System

/// Something that an operator must know of, and what to do about it.
package struct NodeAlarm: Hashable, Sendable {
    package let since: Timestamp
    /// The code, and what is wrong and how to mend it.
    package let refusal: Refusal
}

/// The alarms that are standing: each code once, until it is over.
package final class AlarmBoard: Sendable {
    enum Cause: Sendable {
        case finality(FinalityAlarm)
        case engine(String)
        case divergence(Divergence?)
    }

    private let alarms = Mutex<[NodeAlarm]>([])
    private let clock: @Sendable () -> Timestamp

    private let logger: Logger

    init(clock: @escaping @Sendable () -> Timestamp, logger: Logger = .silent) {
        (self.clock, self.logger) = (clock, logger)
    }

    /// In the order in which they were raised.
    package var standing: [NodeAlarm] { alarms.withLock { $0 } }

    /// True when this node's state is not the certified one: it must serve nothing.
    package var isDiverged: Bool {
        alarms.withLock { alarms in alarms.contains { $0.refusal.code == "finality.diverged" } }
    }

    func raise(_ cause: Cause) {
        switch cause {
        case .finality(.released):
            end(code: "finality.quarantined")
            end(code: "finality.releasable")
        default: raise(AlarmText.refusal(cause))
        }
    }

    /// Raises or ends the engine's alarm.
    func note(_ health: EngineHealth) {
        switch health.state {
        case .working, .starting, .closed: end(code: "ordering.unavailable")
        case .unavailable(let reason), .denied(let reason): raise(.engine(reason))
        case .full: raise(.engine("no space"))
        }
    }

    /// Replaces the alarms of the links, which begin with `links.`; what stands already stays.
    func note(links refusals: [Refusal]) {
        let now = clock()
        alarms.withLock { alarms in
            alarms.removeAll { alarm in
                alarm.refusal.code.hasPrefix("links.") && !refusals.contains(alarm.refusal)
            }
            for refusal in refusals where !alarms.contains(where: { $0.refusal == refusal }) {
                alarms.append(NodeAlarm(since: now, refusal: refusal))
                logger.log(.warning, "alarm.raised", ["alarm": .refusal(refusal)])
            }
        }
    }

    private func raise(_ refusal: Refusal) {
        let alarm = NodeAlarm(since: clock(), refusal: refusal)
        let isNew = alarms.withLock { alarms in
            let count = alarms.count
            alarms.removeAll { $0.refusal.code == refusal.code }
            defer { alarms.append(alarm) }
            return alarms.count == count
        }
        if isNew { logger.log(.warning, "alarm.raised", ["alarm": .refusal(refusal)]) }
    }

    private func end(code: String) {
        alarms.withLock { $0.removeAll { $0.refusal.code == code } }
    }
}

/// The sentences of alarms.
enum AlarmText {
    static func refusal(_ cause: AlarmBoard.Cause) -> Refusal {
        switch cause {
        case .engine(let reason):
            Refusal(
                "ordering.unavailable",
                "The ordering engine does not serve (\(reason)). Blocks go on under validator "
                    + "leaders, more slowly. Check the etcd members and their network.",
                "排序引擎不可用（\(reason)）。验证者轮流领导，出块继续但较慢。请检查 etcd 成员与网络。")
        case .finality(let alarm): refusal(alarm)
        case .divergence(let divergence): refusal(divergence)
        }
    }

    private static func refusal(_ alarm: FinalityAlarm) -> Refusal {
        switch alarm {
        case .quarantined:
            Refusal(
                "finality.quarantined",
                "This validator's memory of its votes is missing or old, so it does not vote. It "
                    + "follows the chain; wait until it can be released.",
                "本验证者的投票记录缺失或过旧，因此暂不投票，仅跟随链。请等待可解除的提示。")
        case .releasable:
            Refusal(
                "finality.releasable",
                "Everything that this validator may have signed before is final. If no other "
                    + "machine runs with its key, let it vote: kanglian validator release FOLDER",
                "本验证者此前可能签署的内容均已最终确定。若没有其他机器使用其密钥，"
                    + "可恢复投票：kanglian validator release FOLDER")
        case .released:
            Refusal(
                "finality.released", "This validator votes again.", "本验证者已恢复投票。")
        case .diverged(let height, let own, let certified):
            Refusal(
                "finality.diverged",
                "At height \(height) this node computed \(own) and the others certified "
                    + "\(certified). It serves nothing. Compare its version with the others', "
                    + "then rebuild its state: kanglian doctor FOLDER",
                "在高度 \(height)，本节点计算结果 \(own) 与他方认证的 \(certified) 不一致，"
                    + "已停止服务。请核对版本并重建状态：kanglian doctor FOLDER")
        case .conflictingRecords(let stream, let sequence):
            Refusal(
                "ordering.conflict",
                "The ordering engine showed two records for position \(stream)/\(sequence). "
                    + "Nothing is lost; check whether it was restored or split.",
                "排序引擎在位置 \(stream)/\(sequence) 给出了两条不同记录。数据未丢失；"
                    + "请检查其是否被恢复或分裂。")
        case .splitState(let height):
            Refusal(
                "finality.split",
                "At height \(height) the validators agree on the order but not on the outcome, so "
                    + "the chain waits. Compare the versions of all validators.",
                "在高度 \(height)，验证者对顺序一致但结果不一致，链暂停。请核对所有验证者的版本。")
        }
    }

    private static func refusal(_ divergence: Divergence?) -> Refusal {
        guard let divergence else {
            return Refusal(
                "finality.divergence-found",
                "The block's transactions came out alike, so the state differed before it. Join "
                    + "again from a snapshot of another node.",
                "该区块交易结果一致，说明此前状态已不同。请从其他节点的快照重新加入。")
        }
        let name = divergence.transaction.map(\.description) ?? "?"
        let calls = divergence.calls.joined(separator: ", ")
        return Refusal(
            "finality.divergence-found",
            "The first difference is transaction \(divergence.index) of block \(divergence.height) "
                + "(\(name), \(calls)): its \(divergence.difference). Report it to the "
                + "maintainers together with both versions.",
            "首个差异是区块 \(divergence.height) 的第 \(divergence.index) 笔交易（\(name)，\(calls)）："
                + "\(divergence.difference)。请连同双方版本报告给维护者。")
    }
}
