package import Base

extension SearchError {
    /// What a person is told: what is wrong, where, and how to mend it.
    package var refusal: Refusal {
        let (code, english, chinese) = explanation
        return Refusal("search.\(code)", english, chinese)
    }

    /// The start of what somebody sent, short enough to be repeated.
    private static func short(_ text: String) -> String {
        TextFolding.cut(text, to: 80)
    }

    private var explanation: (code: String, english: String, chinese: String) {
        switch self {
        case .unknownType(let name):
            let name = Self.short(name)
            return (
                "unknown-type", "There is no resource type \(name); check its spelling.",
                "没有资源类型 \(name)；请检查拼写。"
            )
        case .unknownParameter(let name):
            let name = Self.short(name)
            return (
                "unknown-parameter",
                "What is searched has no parameter \(name); check its spelling and the type.",
                "被检索的类型没有参数 \(name)；请检查拼写和资源类型。"
            )
        case .unsupportedParameter(let name):
            let name = Self.short(name)
            return (
                "unsupported-parameter",
                "The parameter \(name) is not answered here; leave it out.",
                "此处不支持参数 \(name)；请去掉该参数。"
            )
        case .modifier(let parameter, let modifier):
            let (parameter, modifier) = (Self.short(parameter), Self.short(modifier))
            return (
                "modifier",
                "The parameter \(parameter) has no modifier \(modifier) here; leave it out.",
                "参数 \(parameter) 在此没有修饰符 \(modifier)；请去掉修饰符。"
            )
        case .value(let parameter, let expectation):
            let parameter = Self.short(parameter)
            return (
                "value", "The value of \(parameter) must be \(expectation.english).",
                "参数 \(parameter) 的值应为\(expectation.chinese)。"
            )
        case .ambiguous(let parameter):
            let parameter = Self.short(parameter)
            return (
                "ambiguous",
                "\(parameter) differs between the types that are searched; search one type.",
                "参数 \(parameter) 在各资源类型中含义不同；请只检索一种类型。"
            )
        case .chain(let parameter):
            let parameter = Self.short(parameter)
            return (
                "chain", "\(parameter) leads to nothing that has the rest; name its type.",
                "\(parameter) 所指的资源没有后面的参数；请写明其类型。"
            )
        default: return restOfExplanation
        }
    }

    private var restOfExplanation: (code: String, english: String, chinese: String) {
        switch self {
        case .include(let text):
            let text = Self.short(text)
            return (
                "include", "\(text) names no reference; write it like Observation:patient.",
                "\(text) 不是引用参数；请写作 Observation:patient 的形式。"
            )
        case .sort(let name):
            let name = Self.short(name)
            return (
                "sort", "There is no order by \(name); use another parameter of one type.",
                "不能按 \(name) 排序；请改用该类型的其他参数。"
            )
        case .compartment(let type, let compartment):
            let (type, compartment) = (Self.short(type), Self.short(compartment))
            return (
                "compartment",
                "\(type) is never in a compartment of \(compartment); search it directly.",
                "\(type) 不属于 \(compartment) 的隔间；请直接检索。"
            )
        case .valueSet(let parameter):
            let parameter = Self.short(parameter)
            return (
                "value-set",
                "The codes that \(parameter) asks for are not known here; list them one by one.",
                "此处没有 \(parameter) 所要求的代码集；请逐个列出代码。"
            )
        case .limit(let name, let maximum):
            return (
                "limit", "The search asks for too much (\(name.rawValue), at most \(maximum)).",
                "检索超出限额（\(name.rawValue)，最多 \(maximum)）；请拆分。"
            )
        default: return ("other", "The search is not understood.", "无法理解该检索。")
        }
    }
}

extension SearchError.Expectation {
    fileprivate var english: String {
        switch self {
        case .number: "a number, such as 5.40 or lt100"
        case .date: "a date, such as 2013-01-14 or ge2013-01"
        case .string: "a text"
        case .token: "a code, such as final or http://loinc.org|1234-5"
        case .reference: "a reference, such as 23 or Patient/23"
        case .quantity: "a quantity, such as 5.4|http://unitsofmeasure.org|mg"
        case .uri: "a URI"
        case .composite: "values joined by $, one for each part"
        case .boolean: "true or false"
        case .count: "a whole number"
        case .total: "none, estimate or accurate"
        case .summary: "true, text, data, count or false"
        case .elements: "names of elements, joined by commas"
        case .identifier: "an identifier with its type, such as http://system|MR|446053"
        }
    }

    fileprivate var chinese: String {
        switch self {
        case .number: "数字，例如 5.40 或 lt100"
        case .date: "日期，例如 2013-01-14 或 ge2013-01"
        case .string: "文本"
        case .token: "代码，例如 final 或 http://loinc.org|1234-5"
        case .reference: "引用，例如 23 或 Patient/23"
        case .quantity: "数量，例如 5.4|http://unitsofmeasure.org|mg"
        case .uri: " URI"
        case .composite: "以 $ 连接的各部分的值"
        case .boolean: " true 或 false"
        case .count: "整数"
        case .total: " none、estimate 或 accurate"
        case .summary: " true、text、data、count 或 false"
        case .elements: "以逗号分隔的元素名"
        case .identifier: "带类型的标识符，例如 http://system|MR|446053"
        }
    }
}
