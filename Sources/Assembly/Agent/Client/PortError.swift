package import Base

/// Why a node did not do what the agent asked.
package enum PortError: Error, Hashable, Sendable {
    /// The node refused; the status is HTTP's.
    case refused(Refusal, status: Int)
    /// The node had no room for long enough to give up.
    case busy
    /// The node cannot be reached; the text says why, without any data.
    case unreachable(String)
    /// The node answered something that the contract of the API does not allow.
    case unexpected(String)

    /// What the user is told.
    package var refusal: Refusal {
        switch self {
        case .refused(let refusal, _): refusal
        case .busy:
            Refusal(
                "node.busy", "The node stayed busy for too long. Try again later.",
                "节点持续繁忙，请稍后再试。")
        case .unreachable(let reason):
            Refusal(
                "node.unreachable",
                "The node cannot be reached (\(reason)). Check its address and that it runs.",
                "无法连接节点（\(reason)）。请检查地址以及节点是否运行。")
        case .unexpected(let what):
            Refusal(
                "node.unexpected",
                "The node's answer is not understood (\(what)). Compare the versions of node and "
                    + "agent.",
                "无法理解节点的应答（\(what)）。请核对节点与客户端的版本。")
        }
    }
}
