package import Base
import Encoding

extension ImportError {
    /// What a person is told: what is wrong, in which entry and line, and how to mend it.
    package func refusal(in bytes: [UInt8]) -> Refusal {
        if case .json(let error) = problem { return error.refusal(in: bytes) }
        let position = JSONPosition(offset: offset, in: bytes)
        let (code, english, chinese) = problem.explanation
        let place = entry.map { "Bundle.entry[\($0)], " } ?? ""
        return Refusal(
            "import.\(code)",
            "\(place)line \(position.line): \(english)",
            "\(place)第\(position.line)行：\(chinese)")
    }
}

extension ImportProblem {
    fileprivate var explanation: (code: String, english: String, chinese: String) {
        switch self {
        case .json: ("json", "This is not JSON.", "不是有效的 JSON。")
        case .notAnObject:
            ("not-an-object", "Expected a JSON object of FHIR R4.", "此处应为 FHIR R4 的 JSON 对象。")
        case .missingResourceType:
            (
                "missing-resource-type", "Add a resourceType, such as \"Patient\".",
                "缺少 resourceType，例如“Patient”。"
            )
        case .unknownResourceType(let name):
            (
                "unknown-resource-type",
                "FHIR R4 has no resource type \"\(name)\"; correct the spelling and mind capitals.",
                "FHIR R4 没有资源类型“\(name)”；请检查拼写和大小写。"
            )
        case .unsupportedBundleType:
            (
                "unsupported-bundle-type",
                "Use a Bundle of type transaction, batch, collection, document, searchset, "
                    + "history or message.",
                "Bundle.type 应为 transaction、batch、collection、document、searchset、history 或 message。"
            )
        case .noEntries: ("no-entries", "The Bundle has no entries to import.", "Bundle 中没有可导入的条目。")
        case .entryWithoutResource:
            (
                "entry-without-resource", "Add the resource or remove the entry.",
                "条目缺少 resource；请补充或删除该条目。"
            )
        case .nestedBundle:
            ("nested-bundle", "Send the inner Bundle by itself.", "请单独发送内层 Bundle。")
        case .missingRequest:
            (
                "missing-request",
                "Entries of a transaction or batch need request.method and .url.",
                "transaction 或 batch 的条目须有 request.method 和 request.url。"
            )
        case .unsupportedMethod:
            (
                "unsupported-method", "Only POST and PUT bring resources; remove the entry.",
                "导入只接受 POST 和 PUT；请删除该条目。"
            )
        case .requestMismatch:
            (
                "request-mismatch", "Make request.url name the resource's own type and id.",
                "request.url 应与资源的类型和 id 一致。"
            )
        case .invalidFullURL:
            ("invalid-full-url", "Make fullUrl a URL or urn:uuid.", "fullUrl 应为 URL 或 urn:uuid。")
        case .duplicateFullURL(let first):
            (
                "duplicate-full-url", "Entry \(first) has the same fullUrl; give each its own.",
                "与条目 \(first) 的 fullUrl 重复；每个条目须各不相同。"
            )
        case .invalidID:
            (
                "invalid-id", "Use 1 to 64 letters A–Z a–z, digits, hyphens and dots for the id.",
                "id 应为 1 至 64 个字母、数字、连字符或点。"
            )
        case .missingID: ("missing-id", "Give the resource an id to PUT it.", "PUT 的资源必须有 id。")
        case .invalidReference:
            (
                "invalid-reference", "Make reference a text such as \"Patient/123\".",
                "reference 应为文本，例如“Patient/123”。"
            )
        }
    }
}
