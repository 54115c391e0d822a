package import Base
package import FHIRPath

/// Why a patch was refused; operations count from 0.
package enum FHIRPatchError: Error, Hashable, Sendable {
    /// The document is no Parameters resource.
    case notAPatch
    /// More operations than ``FHIRPatch/operationLimit``.
    case tooMany(Int)
    /// A part is missing or has another form than its operation needs.
    case malformed(operation: Int, part: String)
    /// The path cannot be read or evaluated.
    case path(operation: Int, PathError)
    /// The path leads to a computed value.
    case notAnElement(operation: Int)
    /// The path leads nowhere.
    case nothing(operation: Int)
    /// The path leads to several elements where one is asked for.
    case several(operation: Int)
    /// The path leads to something else than one whole list.
    case notAList(operation: Int)
    /// The resource as a whole cannot be deleted or replaced.
    case wholeResource(operation: Int)
    /// The definitions know no such element there.
    case unknownElement(operation: Int)
    /// The value has another type than the element.
    case wrongValue(operation: Int)
    /// An element that may stand once is there already.
    case alreadyThere(operation: Int)
    /// A position outside of the list.
    case outOfRange(operation: Int)

    /// What a person is told; no content of the resource is in it.
    package var refusal: Refusal {
        let (code, english, chinese) = explanation
        guard let operation else { return Refusal("fhir-patch.\(code)", english, chinese) }
        return Refusal(
            "fhir-patch.\(code)", "Operation \(operation): \(english)", "操作 \(operation)：\(chinese)"
        )
    }

    private var operation: Int? {
        switch self {
        case .notAPatch, .tooMany: nil
        case .malformed(let operation, _), .path(let operation, _), .notAnElement(let operation),
            .nothing(let operation), .several(let operation), .notAList(let operation),
            .wholeResource(let operation), .unknownElement(let operation),
            .wrongValue(let operation), .alreadyThere(let operation), .outOfRange(let operation):
            operation
        }
    }

    private var explanation: (String, String, String) {
        switch self {
        case .notAPatch:
            (
                "format", "A FHIRPath Patch is a Parameters resource of operations.",
                "FHIRPath Patch 应为由操作组成的 Parameters 资源。"
            )
        case .tooMany(let count):
            (
                "limit",
                "The patch has \(count) operations, at most \(FHIRPatch.operationLimit) are "
                    + "taken. Send it in parts.",
                "该补丁有 \(count) 个操作，上限为 \(FHIRPatch.operationLimit)。请分批发送。"
            )
        case .malformed(_, let part):
            ("operation", "`\(part)` is missing or has a wrong form.", "`\(part)` 缺失或格式错误。")
        case .path(_, let error): ("path", error.refusal.english, error.refusal.chinese)
        case .notAnElement:
            ("element", "the path must lead to an element.", "路径须指向元素。")
        case .nothing:
            (
                "nothing", "the path leads to nothing. Read the resource again.",
                "路径没有指向任何元素。请重新读取资源。"
            )
        case .several:
            ("several", "the path leads to several elements; choose one.", "路径指向多个元素；请选定一个。")
        case .notAList:
            ("list", "the path must lead to one whole list.", "路径须指向一个完整的列表。")
        case .wholeResource:
            (
                "resource", "the whole resource cannot be changed so; delete or update it.",
                "不能如此改动整个资源；请使用删除或更新。"
            )
        case .unknownElement:
            ("unknown-element", "there is no such element there.", "该处没有此元素。")
        case .wrongValue:
            ("value", "the value has another type than the element.", "该值的类型与元素不符。")
        case .alreadyThere:
            ("exists", "the element is there already; replace it.", "该元素已存在；请用 replace。")
        case .outOfRange:
            ("index", "the position is outside of the list.", "位置超出列表范围。")
        }
    }
}
