package import Base

/// Why a patch was refused; operations count from 0.
package enum JSONPatchError: Error, Hashable, Sendable {
    /// The document is no array of operations.
    case notAPatch
    /// More operations than ``JSONPatch/operationLimit``.
    case tooMany(Int)
    /// A member is missing or has another form than its operation needs.
    case malformed(operation: Int, member: String)
    /// There is nothing at the place, or nothing that could hold it.
    case missing(operation: Int, path: String)
    case testFailed(operation: Int, path: String)
    /// A value cannot move into itself.
    case intoItself(operation: Int)
    /// The whole document cannot be removed.
    case wholeDocument(operation: Int)
    /// The copies hold more than ``JSONPatch/copyLimit`` values.
    case tooLarge(operation: Int)

    /// What a person is told.
    ///
    /// Paths are the patch's own words; no content of the document is in it.
    package var refusal: Refusal {
        let (code, english, chinese) = explanation
        return Refusal("json-patch.\(code)", english, chinese)
    }

    private var explanation: (String, String, String) {
        switch self {
        case .notAPatch:
            ("format", "A JSON Patch is an array of operations.", "JSON Patch 应为操作数组。")
        case .tooMany(let count):
            (
                "limit",
                "The patch has \(count) operations, at most \(JSONPatch.operationLimit) are taken. "
                    + "Send it in parts.",
                "该补丁有 \(count) 个操作，上限为 \(JSONPatch.operationLimit)。请分批发送。"
            )
        case .malformed(let operation, let member):
            (
                "operation",
                "Operation \(operation): `\(member)` is missing or has a wrong form (RFC 6902 §4).",
                "操作 \(operation)：`\(member)` 缺失或格式错误（RFC 6902 §4）。"
            )
        case .missing(let operation, let path):
            (
                "path",
                "Operation \(operation): there is no place \(path). Read the document again.",
                "操作 \(operation)：不存在位置 \(path)。请重新读取文档。"
            )
        case .testFailed(let operation, let path):
            (
                "test",
                "Operation \(operation): the value at \(path) is another one. Read the document "
                    + "again.",
                "操作 \(operation)：\(path) 处的值不同。请重新读取文档。"
            )
        case .intoItself(let operation):
            (
                "move", "Operation \(operation) moves a value into itself.",
                "操作 \(operation) 将值移动到其自身内部。"
            )
        case .wholeDocument(let operation):
            (
                "remove", "Operation \(operation) removes the whole document. Delete it instead.",
                "操作 \(operation) 将移除整个文档。请改用删除。"
            )
        case .tooLarge(let operation):
            (
                "copies", "Operation \(operation) copies too much. Send the result instead.",
                "操作 \(operation) 复制的内容过多。请直接发送结果。"
            )
        }
    }
}
