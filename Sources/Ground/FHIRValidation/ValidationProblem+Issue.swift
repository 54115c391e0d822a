import Base
import FHIRDefinitions

extension ValidationProblem {
    func issue(at expression: String) -> ValidationIssue {
        let (code, english, chinese) = explanation
        return ValidationIssue(
            severity: severity, kind: kind, expression: expression,
            message: Refusal("validation.\(code)", english, chinese))
    }

    private var severity: ValidationIssue.Severity {
        switch self {
        case .code(_, _, let strength), .noCode(_, let strength):
            switch strength {
            case .required: .error
            case .extensible: .warning
            case .preferred, .example: .information
            }
        case .invariant(_, _, let isError): isError ? .error : .warning
        case .notInBundle(let isError): isError ? .error : .warning
        case .unknownExtension(let isModifier): isModifier ? .warning : .information
        case .unknownCode, .display, .unknownProfile: .warning
        case .uncheckedInvariant, .slicingNotUnderstood: .information
        default: .error
        }
    }

    private var kind: ValidationIssue.Kind {
        switch self {
        case .missing, .noCode: .required
        case .format, .fixedValue, .pattern, .referenceForm, .relativeFullURL, .fullURLWithoutID,
            .referenceTarget, .referenceType:
            .value
        case .code, .unknownCode, .display: .codeInvalid
        case .invariant, .containedUnused, .sameFullURL: .invariant
        case .containedMissing, .notInBundle, .unknownProfile: .notFound
        case .relativeExtension, .extensionContent, .unknownExtension: .extension
        case .uncheckedInvariant, .slicingNotUnderstood: .informational
        case .tooMuch, .tooDeep: .tooCostly
        default: .structure
        }
    }

    private var explanation: (code: String, english: String, chinese: String) {
        structure ?? values ?? references ?? profiles
            ?? ("other", "The resource is not valid.", "资源无效。")
    }

    private var structure: (code: String, english: String, chinese: String)? {
        switch self {
        case .notAResource:
            (
                "resource", "A resource is a JSON object with a resourceType.",
                "资源应为含 resourceType 的 JSON 对象。"
            )
        case .unknownType(let name):
            (
                "type", "There is no resource type \(name) in FHIR R4; check its spelling.",
                "FHIR R4 中没有资源类型 \(name)；请检查拼写。"
            )
        case .unknownElement(let name):
            (
                "unknown-element",
                "There is no element \(name) here; check its spelling, or use an extension.",
                "此处没有元素 \(name)；请检查拼写，或改用扩展。"
            )
        case .wrongKind(let expected):
            ("kind", "JSON needs \(expected) here.", "此处的 JSON 应为 \(expected)。")
        case .null:
            (
                "null",
                "null may only hold a place in a list of values with extensions; remove it.",
                "null 仅可在带扩展的列表中占位；请删除。"
            )
        case .empty(let what):
            ("empty", "An empty \(what) says nothing; remove it.", "空的 \(what) 没有意义；请删除。")
        case .strayShadow(let name):
            (
                "underscore", "\(name) only goes with primitive elements; remove it.",
                "\(name) 仅可用于基本类型元素；请删除。"
            )
        case .unequalShadow:
            (
                "underscore-count", "Values and their extensions need lists of the same length.",
                "值与其扩展的列表长度须相同。"
            )
        case .missing(let name, let minimum):
            (
                "missing", "At least \(minimum) \(name) must be there; add it.",
                "至少应有 \(minimum) 个 \(name)；请补充。"
            )
        case .tooMany(let name, let maximum):
            (
                "too-many", "At most \(maximum) \(name) may be there; remove the others.",
                "最多可有 \(maximum) 个 \(name)；请删除多余项。"
            )
        case .severalTypes(let name):
            (
                "several-types", "\(name) may have one type only; keep one.",
                "\(name) 只能有一种类型；请保留一个。"
            )
        case .tooDeep:
            ("depth", "The elements are nested too deeply.", "元素嵌套过深。")
        case .tooMuch:
            (
                "limit", "The resource is too large to be checked whole; send it in parts.",
                "资源过大，无法完整校验；请分批发送。"
            )
        default: nil
        }
    }

    private var values: (code: String, english: String, chinese: String)? {
        switch self {
        case .format(let type):
            (
                "format", "The value does not have the form of the type \(type).",
                "该值不符合 \(type) 的格式。"
            )
        case .fixedValue:
            ("fixed-value", "The definition gives this value; write exactly that.", "定义已规定该值；请照写。")
        case .pattern:
            (
                "pattern", "The value lacks what the definition's pattern asks for.",
                "该值缺少定义模式要求的内容。"
            )
        case .typeNotAllowed(let type):
            (
                "value-type", "The profile does not allow the type \(type) here.",
                "规范不允许此处使用类型 \(type)。"
            )
        case .code(let code, let valueSet, let strength):
            (
                "code",
                "The code \(code) is not in the value set \(valueSet) (\(strength.rawValue)); "
                    + "choose one of it.",
                "代码 \(code) 不在值集 \(valueSet)（\(strength.rawValue)）中；请选用其中的代码。"
            )
        case .noCode(let valueSet, let strength):
            (
                "no-code",
                "A code of the value set \(valueSet) (\(strength.rawValue)) is asked for.",
                "此处需要值集 \(valueSet)（\(strength.rawValue)）中的代码。"
            )
        case .unknownCode(let code, let system):
            (
                "unknown-code", "The code system \(system) has no code \(code).",
                "代码系统 \(system) 中没有代码 \(code)。"
            )
        case .display(let code):
            (
                "display", "The display of \(code) is another one in its code system.",
                "\(code) 的显示名与代码系统不一致。"
            )
        case .invariant(let key, let words, _):
            (
                "invariant", "The rule \(key) is broken: \(words)", "违反规则 \(key)：\(words)"
            )
        case .uncheckedInvariant(let key):
            ("unchecked", "The rule \(key) could not be checked.", "规则 \(key) 未能校验。")
        default: nil
        }
    }

    private var references: (code: String, english: String, chinese: String)? {
        switch self {
        case .referenceForm:
            (
                "reference",
                "A reference is Type/id, an absolute URL, urn:uuid, urn:oid or #id; write it so.",
                "引用应为 Type/id、绝对 URL、urn:uuid、urn:oid 或 #id；请改正。"
            )
        case .referenceTarget(let type, let allowed):
            (
                "reference-target",
                "A \(type) may not be referred to here, only \(allowed.joined(separator: ", ")).",
                "此处不能引用 \(type)，只能引用 \(allowed.joined(separator: "、"))。"
            )
        case .referenceType(let type):
            (
                "reference-type", "The reference leads to a \(type), unlike its type says.",
                "引用指向 \(type)，与其 type 不符。"
            )
        case .containedMissing:
            (
                "contained-missing", "No contained resource has this id; add it or mend the id.",
                "没有此 id 的内含资源；请补充或更正。"
            )
        case .containedUnused:
            (
                "contained-unused", "Nothing refers to this contained resource; remove it (dom-3).",
                "没有引用指向此内含资源；请删除（dom-3）。"
            )
        case .containedWithoutID:
            ("contained-id", "A contained resource needs an id.", "内含资源须有 id。")
        case .notInBundle:
            (
                "bundle-reference", "No entry of the Bundle has this fullUrl; add it or mend it.",
                "Bundle 中没有此 fullUrl 的条目；请补充或更正。"
            )
        case .relativeFullURL:
            (
                "full-url", "A fullUrl is an absolute URL, urn:uuid or urn:oid.",
                "fullUrl 应为绝对 URL、urn:uuid 或 urn:oid。"
            )
        case .fullURLWithoutID:
            (
                "full-url-id", "The fullUrl must end in the type and id of the resource.",
                "fullUrl 须以资源的类型和 id 结尾。"
            )
        case .sameFullURL:
            (
                "full-url-twice", "Two entries have this fullUrl and version (bdl-7).",
                "有两个条目的 fullUrl 与版本相同（bdl-7）。"
            )
        default: nil
        }
    }

    private var profiles: (code: String, english: String, chinese: String)? {
        switch self {
        case .relativeExtension:
            ("extension-url", "The url of an extension must be absolute.", "扩展的 url 须为绝对 URL。")
        case .extensionContent:
            (
                "extension-content",
                "An extension has either a value or extensions, not both (ext-1).",
                "扩展只能有值或内含扩展之一（ext-1）。"
            )
        case .unknownExtension(let isModifier):
            (
                "extension-unknown",
                isModifier
                    ? "The modifier extension is not known here; its meaning was not checked."
                    : "The extension is not known here and was not checked.",
                isModifier ? "此处不识别该修饰扩展，其含义未校验。" : "此处不识别该扩展，未校验。"
            )
        case .unknownProfile(let url):
            (
                "profile-unknown", "The profile \(url) is not known here and was not checked.",
                "此处没有规范 \(url)，未校验。"
            )
        case .profileType(let url):
            (
                "profile-type", "The profile \(url) is about another type.",
                "规范 \(url) 适用于其他类型。"
            )
        case .unslicedValue:
            (
                "slice", "The value belongs to none of the slices that the profile allows.",
                "该值不属于规范允许的任何切片。"
            )
        case .slicingNotUnderstood(let name):
            (
                "slicing", "The slices of \(name) could not be told apart and were not checked.",
                "无法区分 \(name) 的切片，未校验。"
            )
        default: nil
        }
    }
}
