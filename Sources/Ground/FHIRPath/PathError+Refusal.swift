package import Base

extension PathError {
    /// What a person is told: what is wrong with the expression and how to mend it.
    package var refusal: Refusal {
        let (code, english, chinese) = explanation
        return Refusal("fhirpath.\(code)", english, chinese)
    }

    private var explanation: (code: String, english: String, chinese: String) {
        switch self {
        case .syntax(let offset, let expected):
            (
                "syntax", "At byte \(offset) of the expression: expected \(expected).",
                "表达式第 \(offset) 字节处语法有误：此处应为 \(expected)。"
            )
        case .unknownFunction(let name):
            (
                "unknown-function", "There is no function \(name)(); check its spelling.",
                "没有函数 \(name)()；请检查拼写。"
            )
        case .argumentCount(let function):
            (
                "argument-count", "\(function)() takes another number of arguments.",
                "\(function)() 的参数个数不符。"
            )
        case .unknownType(let name):
            (
                "unknown-type", "There is no type \(name); check its spelling.",
                "没有类型 \(name)；请检查拼写。"
            )
        case .unknownElement(let name):
            (
                "unknown-element",
                "There is no element \(name) here; a choice such as value[x] is just value.",
                "此处没有元素 \(name)；value[x] 一类的多类型元素请写作 value。"
            )
        case .unknownVariable(let name):
            (
                "unknown-variable", "The variable %\(name) has no value here.",
                "变量 %\(name) 在此没有值。"
            )
        case .notSingle(let place):
            (
                "not-single", "\(place) takes one item and got several; choose one, as by first().",
                "\(place) 只接受一项，却得到多项；请用 first() 等选取一项。"
            )
        case .wrongType(let place, let expected):
            (
                "wrong-type", "\(place) takes \(expected); convert the value first.",
                "\(place) 需要 \(expected)；请先转换。"
            )
        case .incompatible(let operation):
            (
                "incompatible", "\(operation) does not work on values of these types.",
                "\(operation) 不适用于这些类型的值。"
            )
        case .unordered(let function):
            (
                "unordered", "\(function) depends on an order that the items do not have.",
                "\(function) 依赖次序，而这些项没有次序。"
            )
        case .pattern(let offset):
            (
                "pattern", "The regular expression is wrong at character \(offset).",
                "正则表达式在第 \(offset) 个字符处有误。"
            )
        case .unknownProfile(let url):
            (
                "unknown-profile", "The rules of the profile \(url) are not known here.",
                "此处没有规范 \(url) 的规则。"
            )
        case .unknownValueSet(let url):
            (
                "unknown-value-set", "The codes of the value set \(url) are not known here.",
                "此处没有值集 \(url) 的代码。"
            )
        case .numberOutOfRange:
            (
                "number-out-of-range", "A number has more than 38 digits; shorten it.",
                "数字超过 38 位；请缩短。"
            )
        case .limit(let name):
            (
                "limit", "The expression takes too much (\(name.rawValue)); make it simpler.",
                "表达式超出限额（\(name.rawValue)）；请简化。"
            )
        }
    }
}
