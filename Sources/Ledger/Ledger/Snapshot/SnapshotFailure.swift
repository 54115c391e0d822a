package import Base

/// The checks of a snapshot, in the order in which they are made.
package enum SnapshotCheck: String, Hashable, Sendable, CaseIterable {
    case format
    case chain
    case validators
    case certificate
    case log
    case chunk
    case order
    case window
    case state
    case successors

    /// What the check asks, for people.
    package var question: (english: String, chinese: String) {
        switch self {
        case .format: ("the bytes are one canonical snapshot", "字节是唯一规范的快照")
        case .chain: ("it is of the trusted chain and zone", "属于受信任的链和区")
        case .validators: ("its header names the validators of its epoch", "区块头列明其届次的验证者")
        case .certificate:
            ("more than two thirds of the weight signed its header", "超过三分之二权重签署了区块头")
        case .log: ("leaves and tiles give the header's log root", "叶与分块得出区块头的日志根")
        case .chunk: ("each chunk is the one that the manifest names", "每个分片与清单一致")
        case .order: ("rows ascend by key and fill their chunks", "行按键升序并填满分片")
        case .window: ("transactions lie in their window of heights", "交易位于有效高度窗口内")
        case .state: ("all rows give the header's state root", "全部行得出区块头的状态根")
        case .successors:
            ("the state names the validators of the next block", "状态列明下一区块的验证者")
        }
    }
}

/// A check of a snapshot that failed, and why; nothing of the snapshot may be used.
package struct SnapshotFailure: Error, Hashable, Sendable {
    package let check: SnapshotCheck
    package let reason: String
    /// True when the snapshot may be good, but is of an epoch that the trust file does not reach.
    package let needsNewerTrustFile: Bool

    package init(_ check: SnapshotCheck, _ reason: String, needsNewerTrustFile: Bool = false) {
        (self.check, self.reason) = (check, reason)
        self.needsNewerTrustFile = needsNewerTrustFile
    }

    init(_ error: HeaderError) {
        switch error {
        case .chain(let zone): self.init(.chain, "zone \(zone), or another chain of it")
        case .epochUnknown(let epoch, let last):
            self.init(
                .validators, "epoch \(epoch), and the trust file ends with epoch \(last)",
                needsNewerTrustFile: true)
        case .otherValidators(let epoch):
            self.init(.validators, "other validators than those of epoch \(epoch)")
        case .height(let height, let epoch):
            self.init(.validators, "height \(height) is not in epoch \(epoch)")
        case .certificate(let error): self.init(.certificate, "\(error)")
        }
    }

    /// The code and sentences for people.
    package var refusal: Refusal {
        if needsNewerTrustFile {
            return Refusal(
                "snapshot.trust-file-old",
                "The trust file is too old for this snapshot: \(reason). Fetch a newer one from "
                    + "any node of the zone: kanglian trust update trust.json --node URL",
                "信任文件早于此快照（\(reason)）。请从本区任一节点更新："
                    + "kanglian trust update trust.json --node URL")
        }
        return Refusal(
            "snapshot.\(check.rawValue)",
            "The snapshot is not used: the check that \(check.question.english) failed "
                + "(\(reason)). Fetch it again, or from another node.",
            "未使用该快照：“\(check.question.chinese)”这一检查未通过（\(reason)）。请重新获取或改用其他节点。")
    }
}
