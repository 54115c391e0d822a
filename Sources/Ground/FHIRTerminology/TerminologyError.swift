package import Base

/// Why a value set has no expansion here.
package enum TerminologyError: Error, Hashable, Sendable {
    case unknownValueSet(String)
    /// It takes in codes of a system, or by a filter, that the definitions cannot list.
    case notEnumerable(system: String)
    /// Value sets within value sets, more than ``Terminology/depthLimit``.
    case tooDeep

    /// What a person is told.
    package var refusal: Refusal {
        switch self {
        case .unknownValueSet(let url):
            Refusal(
                "terminology.value-set-unknown",
                "The value set \(url) is not known here; check its URL.",
                "此处没有值集 \(url)；请检查其 URL。")
        case .notEnumerable(let system):
            Refusal(
                "terminology.not-enumerable",
                "The codes of \(system) cannot be listed here; ask a terminology server.",
                "此处无法列出 \(system) 的代码；请使用术语服务器。")
        case .tooDeep:
            Refusal(
                "terminology.too-deep", "The value set is made of too many others.",
                "该值集引用其他值集的层数过多。")
        }
    }
}
