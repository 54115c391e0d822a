package import Base

extension JSONError {
    /// What a person is told: the place as line and column, and how to mend it.
    package func refusal(in bytes: [UInt8]) -> Refusal {
        let place = position(in: bytes)
        let (code, english, chinese) = explanation
        return Refusal(
            "json.\(code)",
            "Line \(place.line), column \(place.column): \(english)",
            "第\(place.line)行第\(place.column)列：\(chinese)")
    }

    private var explanation: (code: String, english: String, chinese: String) {
        switch self {
        case .truncated:
            ("truncated", "the text ends too early; send the whole file.", "内容不完整；请重新发送整个文件。")
        case .unexpectedByte(_, let expected):
            (
                "syntax", "expected \(expected); correct the JSON syntax.",
                "此处应为 \(expected)；请更正 JSON 语法。"
            )
        case .trailingBytes:
            (
                "trailing-bytes", "there is more after the value; send one value only.",
                "JSON 值之后还有内容；每次只能发送一个值。"
            )
        case .byteOrderMark:
            (
                "byte-order-mark", "save the file as UTF-8 without a byte order mark.",
                "请将文件保存为不带 BOM 的 UTF-8。"
            )
        case .invalidUTF8:
            (
                "invalid-utf8", "this is not UTF-8; save the file as UTF-8.",
                "此处不是 UTF-8；请将文件保存为 UTF-8。"
            )
        case .controlCharacter:
            (
                "control-character", "escape the control character, for example as \\n.",
                "控制字符须转义，例如写作 \\n。"
            )
        case .invalidEscape:
            (
                "invalid-escape", "this escape does not exist; write \\\\ for a backslash.",
                "转义序列无效；反斜杠请写作 \\\\。"
            )
        case .loneSurrogate:
            (
                "lone-surrogate", "half of a surrogate pair; write both halves or the character.",
                "代理对不完整；请写全两半或直接写该字符。"
            )
        case .invalidNumber:
            (
                "invalid-number", "write numbers like 0, -1, 5.10 or 1e3.",
                "数字格式无效；请写作 0、-1、5.10 或 1e3。"
            )
        case .duplicateKey:
            ("duplicate-key", "the member is named twice; remove one of them.", "成员名重复；请删除其中一个。")
        case .tooDeep:
            ("too-deep", "values are nested too deeply; flatten them.", "嵌套层数过多；请减少嵌套。")
        case .tooLarge:
            ("too-large", "the text is larger than allowed; split it.", "内容超过允许的大小；请拆分。")
        case .tooManyElements:
            ("too-many-values", "there are more values than allowed; split it.", "值的数量超过上限；请拆分。")
        case .numberOutOfRange:
            (
                "number-out-of-range", "the number exceeds double precision; write it as text.",
                "数字超出双精度范围；请改用文本表示。"
            )
        }
    }
}
