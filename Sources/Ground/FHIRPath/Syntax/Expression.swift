/// A parsed expression: a form, and how deep it nests.
struct Expression: Sendable {
    /// What stands in an expression.
    indirect enum Form: Sendable {
        case empty
        case literal(PathItem)
        /// A `%` variable.
        case external(String)
        case this
        case index
        case total
        /// A step of a path; without a base it starts from the items at hand.
        case member(base: Expression?, name: String)
        case call(base: Expression?, FunctionName, [Expression])
        case item(base: Expression, index: Expression)
        case sign(isNegative: Bool, Expression)
        case binary(BinaryOperator, Expression, Expression)
        /// `is`, or `as` when it is a cast.
        case typed(Expression, TypeSpecifier, isCast: Bool)
    }

    let form: Form
    /// Forms within each other, this one included.
    let depth: Int

    init(_ form: Form, over inner: [Expression] = []) {
        self.form = form
        depth = 1 + (inner.map(\.depth).max() ?? 0)
    }

    /// The type that an argument names, such as `Quantity` or `System.String`; nil for others.
    var typeSpecifier: TypeSpecifier? {
        switch form {
        case .member(nil, let name): TypeSpecifier(namespace: nil, name: name)
        case .member(let base?, let name):
            if case .member(nil, let namespace) = base.form {
                TypeSpecifier(namespace: namespace, name: name)
            } else {
                nil
            }
        default: nil
        }
    }
}

/// A type as an expression names it.
struct TypeSpecifier: Hashable, Sendable {
    /// `System` or `FHIR`; nil when the expression does not say.
    let namespace: String?
    let name: String
}

/// Operators between two expressions.
enum BinaryOperator: String, Sendable {
    case multiply = "*"
    case divide = "/"
    case wholeDivide = "div"
    case remainder = "mod"
    case add = "+"
    case subtract = "-"
    case concatenate = "&"
    case union = "|"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case equal = "="
    case notEqual = "!="
    case equivalent = "~"
    case notEquivalent = "!~"
    case isMember = "in"
    case contains = "contains"
    case and = "and"
    case or = "or"
    case exclusiveOr = "xor"
    case implies = "implies"

    /// How tightly it binds, where more is tighter; `is` and `as` bind at ``typePrecedence``.
    var precedence: Int {
        switch self {
        case .multiply, .divide, .wholeDivide, .remainder: 10
        case .add, .subtract, .concatenate: 9
        case .union: 7
        case .less, .lessOrEqual, .greater, .greaterOrEqual: 6
        case .equal, .notEqual, .equivalent, .notEquivalent: 5
        case .isMember, .contains: 4
        case .and: 3
        case .or, .exclusiveOr: 2
        case .implies: 1
        }
    }

    static let typePrecedence = 8
}
