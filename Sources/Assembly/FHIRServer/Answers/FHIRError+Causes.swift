import Agent
import Base
import FHIRSearch

extension FHIRError {
    /// What the node said.
    init(_ error: PortError) {
        switch error {
        case .refused(let refusal, let status) where status == 404 || status == 403:
            self.init(status, status == 404 ? "not-found" : "forbidden", refusal)
        default:
            self.init(503, "transient", error.refusal)
            retryAfter = 5
        }
    }

    /// Why something could not be written.
    init(_ error: ImportFailure) {
        switch error {
        case .port(let error): self.init(error)
        case .document, .patientUnidentified, .patientsUnknown, .patientAmbiguous, .oversized,
            .keyMissing, .contract:
            self.init(422, "business-rule", error.refusal)
        case .store, .cryptography, .notInstitution, .keyMismatch, .vault:
            self.init(500, "exception", error.refusal)
        }
    }

    /// What the index said.
    init(_ error: IndexError) {
        switch error {
        case .unavailable:
            self.init(
                503, "transient", "index.unavailable",
                "The server's index cannot be reached or written. Try again; the operator finds "
                    + "the reason in the log.",
                "服务器的索引无法访问或写入。请重试；运维人员可在日志中查看原因。")
            retryAfter = 5
        case .corrupt, .wrongKey: self = .corrupt
        case .pageMark:
            self = .invalid(
                "The page mark is not one that this server gave. Search anew.",
                "分页标记不是本服务器给出的。请重新检索。")
        case .conflict: self = .conflict
        case .limit(let name):
            self.init(
                400, "too-costly", "limit",
                "The request goes beyond the limit `\(name)`. Make it more specific.",
                "请求超出限制 `\(name)`。请使其更精确。")
        }
    }

    static let corrupt = FHIRError(
        500, "exception", "index.corrupt",
        "The server's index is damaged. The operator can build it anew from the chain.",
        "服务器的索引已损坏。运维人员可从链上重建。")
}
