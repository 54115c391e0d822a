/// Reads the normative grammar of FHIRPath 2.0 by precedence.
struct Parser {
    private let tokens: [Token]
    private let limits: PathLimits
    private var place = 0
    /// Parentheses, arguments and signs that are open.
    private var nesting = 0

    private init(_ tokens: [Token], _ limits: PathLimits) {
        (self.tokens, self.limits) = (tokens, limits)
    }

    static func parse(_ text: String, limits: PathLimits) throws(PathError) -> Expression {
        guard text.utf8.count <= limits.byteCount else { throw .limit(.byteCount) }
        var parser = Parser(try Lexer.tokens(of: text), limits)
        let expression = try parser.expression(atLeast: 0)
        guard parser.token.kind == .end else { throw parser.unexpected("the end") }
        return expression
    }

    // MARK: Tokens

    private var token: Token { tokens[min(place, tokens.count - 1)] }

    private func unexpected(_ expected: String) -> PathError {
        .syntax(offset: token.offset, expected: expected)
    }

    private mutating func take(_ symbol: String) -> Bool {
        guard token.kind == .symbol(symbol) else { return false }
        place += 1
        return true
    }

    private mutating func expect(_ symbol: String) throws(PathError) {
        guard take(symbol) else { throw unexpected(symbol) }
    }

    private func made(
        _ form: Expression.Form, over inner: [Expression] = []
    ) throws(PathError) -> Expression {
        let expression = Expression(form, over: inner)
        guard expression.depth <= limits.depth else { throw .limit(.depth) }
        return expression
    }

    // MARK: Operators

    private mutating func expression(atLeast minimum: Int) throws(PathError) -> Expression {
        nesting += 1
        guard nesting <= limits.depth else { throw .limit(.depth) }
        defer { nesting -= 1 }
        var left = try signed()
        while true {
            if let isCast = typeOperator, BinaryOperator.typePrecedence >= minimum {
                place += 1
                let type = try typeSpecifier()
                left = try made(.typed(left, type, isCast: isCast), over: [left])
            } else if let operation = binaryOperator, operation.precedence >= minimum {
                place += 1
                let right = try expression(atLeast: operation.precedence + 1)
                left = try made(.binary(operation, left, right), over: [left, right])
            } else {
                return left
            }
        }
    }

    private var typeOperator: Bool? {
        switch token.kind {
        case .identifier("is"): false
        case .identifier("as"): true
        default: nil
        }
    }

    private var binaryOperator: BinaryOperator? {
        switch token.kind {
        case .symbol(let text), .identifier(let text): BinaryOperator(rawValue: text)
        default: nil
        }
    }

    private mutating func typeSpecifier() throws(PathError) -> TypeSpecifier {
        let first = try name()
        guard take(".") else { return TypeSpecifier(namespace: nil, name: first) }
        return TypeSpecifier(namespace: first, name: try name())
    }

    private mutating func signed() throws(PathError) -> Expression {
        for (symbol, isNegative) in [("+", false), ("-", true)] where take(symbol) {
            nesting += 1
            guard nesting <= limits.depth else { throw .limit(.depth) }
            defer { nesting -= 1 }
            let operand = try signed()
            return try made(.sign(isNegative: isNegative, operand), over: [operand])
        }
        return try path()
    }

    // MARK: Paths

    private mutating func path() throws(PathError) -> Expression {
        var expression = try term()
        while true {
            if take(".") {
                expression = try invocation(on: expression)
            } else if take("[") {
                let index = try self.expression(atLeast: 0)
                try expect("]")
                expression = try made(
                    .item(base: expression, index: index), over: [expression, index])
            } else {
                return expression
            }
        }
    }

    private mutating func invocation(on base: Expression?) throws(PathError) -> Expression {
        let inner = base.map { [$0] } ?? []
        let name = try name()
        guard take("(") else { return try made(.member(base: base, name: name), over: inner) }
        guard let function = FunctionName(rawValue: name) else { throw .unknownFunction(name) }
        var arguments: [Expression] = []
        if !take(")") {
            repeat { arguments.append(try expression(atLeast: 0)) } while take(",")
            try expect(")")
        }
        guard function.argumentCounts.contains(arguments.count) else {
            throw .argumentCount(function: name)
        }
        return try made(.call(base: base, function, arguments), over: inner + arguments)
    }

    /// A name; `is`, `as`, `in` and `contains` are names where no operator can stand.
    private mutating func name() throws(PathError) -> String {
        switch token.kind {
        case .identifier(let name), .delimited(let name):
            place += 1
            return name
        default: throw unexpected("a name")
        }
    }

    private mutating func term() throws(PathError) -> Expression {
        let start = token
        switch start.kind {
        case .identifier("true"), .identifier("false"):
            place += 1
            return try made(.literal(.boolean(start.kind == .identifier("true"))))
        case .identifier(let word)
        where ["and", "or", "xor", "implies", "div", "mod"]
            .contains(word):
            throw unexpected("a value or a path")
        case .identifier, .delimited: return try invocation(on: nil)
        case .special(let name):
            place += 1
            return try made(name == "this" ? .this : name == "index" ? .index : .total)
        case .external(let name):
            place += 1
            return try made(.external(name))
        case .symbol("("):
            place += 1
            let inner = try expression(atLeast: 0)
            try expect(")")
            return inner
        case .symbol("{"):
            place += 1
            try expect("}")
            return try made(.empty)
        case .symbol, .end: throw unexpected("a value or a path")
        default:
            place += 1
            return try literal(start)
        }
    }

    private mutating func literal(_ start: Token) throws(PathError) -> Expression {
        switch start.kind {
        case .string(let text): return try made(.literal(.string(text)))
        case .number(let text): return try number(text)
        case .date(let text):
            return try moment(Moment(date: text), start)
        case .dateTime(let text): return try moment(Moment(dateTime: text), start)
        case .time(let text): return try moment(Moment(time: text), start)
        default: throw unexpected("a value")
        }
    }

    private func moment(_ moment: Moment?, _ start: Token) throws(PathError) -> Expression {
        guard let moment else {
            throw .syntax(offset: start.offset, expected: "a date or time that exists")
        }
        return try made(.literal(.moment(moment)))
    }

    /// A number, or with a unit after it a quantity.
    private mutating func number(_ text: String) throws(PathError) -> Expression {
        guard let decimal = ExactDecimal(text) else { throw .numberOutOfRange }
        switch token.kind {
        case .string(let unit):
            place += 1
            return try made(.literal(.quantity(PathQuantity(decimal, unit))))
        case .identifier(let word) where CalendarUnit(word: word) != nil:
            place += 1
            return try made(
                .literal(.quantity(PathQuantity(decimal, word, isCalendar: true))))
        default:
            if text.contains(".") { return try made(.literal(.decimal(decimal))) }
            guard let integer = Int64(text) else { throw .numberOutOfRange }
            return try made(.literal(.integer(integer)))
        }
    }
}
