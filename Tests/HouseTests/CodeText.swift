/// Swift source with the contents of comments and string literals blanked, line by line.
///
/// Rules about code look here, so that a sentence in a comment or a message in a string is not
/// taken for code. Code inside an interpolation stays.
struct CodeText {
    private enum Context {
        case code(parentheses: Int)
        case string(hashes: Int, isMultiline: Bool)
        case lineComment
        case blockComment(depth: Int)
    }

    private let source: [Character]
    private var index = 0
    private var output: [Character] = []
    private var contexts: [Context] = [.code(parentheses: 0)]

    /// The lines of `text` with comments and strings blanked; columns stay where they were.
    static func lines(of text: String) -> [Substring] {
        var scanner = CodeText(source: Array(text))
        scanner.run()
        return Substring(String(scanner.output))
            .split(separator: "\n", omittingEmptySubsequences: false)
    }

    private init(source: [Character]) { self.source = source }

    private mutating func run() {
        while index < source.count {
            switch contexts[contexts.count - 1] {
            case .code(let parentheses): stepInCode(parentheses)
            case .string(let hashes, let isMultiline): stepInString(hashes, isMultiline)
            case .lineComment:
                if source[index] == "\n" { contexts.removeLast() }
                blank(1)
            case .blockComment(let depth): stepInBlockComment(depth)
            }
        }
    }

    private mutating func stepInCode(_ parentheses: Int) {
        if startsWith("//") {
            contexts.append(.lineComment)
            blank(2)
        } else if startsWith("/*") {
            contexts.append(.blockComment(depth: 1))
            blank(2)
        } else if let opening = stringOpening() {
            contexts.append(.string(hashes: opening.hashes, isMultiline: opening.isMultiline))
            keep(opening.length)
        } else {
            let isNested = contexts.count > 1
            if isNested, source[index] == "(" {
                contexts[contexts.count - 1] = .code(parentheses: parentheses + 1)
            } else if isNested, source[index] == ")" {
                if parentheses == 0 {
                    contexts.removeLast()
                } else {
                    contexts[contexts.count - 1] = .code(parentheses: parentheses - 1)
                }
            }
            keep(1)
        }
    }

    private mutating func stepInString(_ hashes: Int, _ isMultiline: Bool) {
        let marks = String(repeating: "#", count: hashes)
        let closing = (isMultiline ? "\"\"\"" : "\"") + marks
        if startsWith("\\" + marks + "(") {
            contexts.append(.code(parentheses: 0))
            keep(2 + hashes)
        } else if startsWith("\\" + marks) {
            blank(2 + hashes)
        } else if startsWith(closing) {
            contexts.removeLast()
            keep(closing.count)
        } else if source[index] == "\n", !isMultiline {
            // Not Swift; do not let one odd line blank the rest of the file.
            contexts.removeLast()
            keep(1)
        } else {
            blank(1)
        }
    }

    private mutating func stepInBlockComment(_ depth: Int) {
        if startsWith("*/") {
            contexts[contexts.count - 1] = .blockComment(depth: depth - 1)
            if depth == 1 { contexts.removeLast() }
            blank(2)
        } else if startsWith("/*") {
            contexts[contexts.count - 1] = .blockComment(depth: depth + 1)
            blank(2)
        } else {
            blank(1)
        }
    }

    private func startsWith(_ text: String) -> Bool {
        var position = index
        for character in text {
            guard position < source.count, source[position] == character else { return false }
            position += 1
        }
        return true
    }

    private func stringOpening() -> (hashes: Int, isMultiline: Bool, length: Int)? {
        var position = index
        while position < source.count, source[position] == "#" { position += 1 }
        guard position < source.count, source[position] == "\"" else { return nil }
        let hashes = position - index
        let isMultiline =
            position + 2 < source.count && source[position + 1] == "\""
            && source[position + 2] == "\""
        return (hashes, isMultiline, hashes + (isMultiline ? 3 : 1))
    }

    private mutating func keep(_ count: Int) {
        for _ in 0..<count where index < source.count {
            output.append(source[index])
            index += 1
        }
    }

    private mutating func blank(_ count: Int) {
        for _ in 0..<count where index < source.count {
            output.append(source[index] == "\n" ? "\n" : " ")
            index += 1
        }
    }
}
