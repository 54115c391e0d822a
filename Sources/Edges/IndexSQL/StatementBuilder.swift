import FHIRSearch

/// Collects the text of a statement and the values of its parameters.
struct StatementBuilder {
    let dialect: any SQLDialect
    private(set) var values: [SQLValue] = []
    private var places: [SQLValue: Int] = [:]
    private var aliasCount = 0

    init(_ dialect: any SQLDialect) { self.dialect = dialect }

    /// Adds a parameter, once for each value, and returns how it is written.
    ///
    /// SQLite takes 999. ``SearchLimits/alternatives`` counts what makes at most three.
    mutating func bind(_ value: SQLValue) -> String {
        if let place = places[value] { return dialect.place(place) }
        values.append(value)
        places[value] = values.count
        return dialect.place(values.count)
    }

    mutating func bind(_ text: String) -> String { bind(.text(text)) }
    mutating func bind(_ number: Int64) -> String { bind(.integer(number)) }

    /// A name for a table that no other part of the statement uses.
    mutating func alias(_ letter: String) -> String {
        aliasCount += 1
        return "\(letter)\(aliasCount)"
    }

    func statement(_ text: String) -> SQLStatement { SQLStatement(text, values) }

    /// Whether a column is one of the index's own numbers.
    ///
    /// Numbers that are no parameters come from a small set, such as keys of parameters.
    func isOne(_ column: String, of numbers: [Int64]) -> String {
        guard !numbers.isEmpty else { return "1 = 0" }
        guard numbers.count > 1 else { return "\(column) = \(numbers[0])" }
        return "\(column) IN (\(numbers.map { String($0) }.joined(separator: ", ")))"
    }

    /// How many parameters a list has: few sizes, so that few statements are prepared.
    private static let listSizes = [1, 8, 64, 256]
    /// The most numbers of one list.
    static let listLimit = 256

    /// Whether a column is one of many numbers, which are parameters.
    mutating func isIn(_ column: String, _ numbers: [Int64]) -> String {
        guard let last = numbers.last else { return "1 = 0" }
        if dialect.takesLists { return "\(column) = ANY(\(bind(.integers(numbers))))" }
        let size = Self.listSizes.first { $0 >= numbers.count } ?? numbers.count
        let filled = numbers + [Int64](repeating: last, count: size - numbers.count)
        let places = filled.map { bind($0) }
        return "\(column) IN (\(places.joined(separator: ", ")))"
    }

    /// Whether a scope is visible; nothing for everything.
    mutating func visible(_ column: String, _ visible: Visibility) -> String? {
        guard case .scopes(let numbers) = visible else { return nil }
        if let function = dialect.visibleFunction { return "\(function)(\(column))" }
        if numbers.contains(where: { $0 >= ScopeBitmap.limit }) {
            return "\(column) = ANY(\(bind(.integers(numbers))))"
        }
        let bitmap = ScopeBitmap(numbers).bytes
        let (bits, end) = (bind(.bytes(bitmap)), bind(Int64(bitmap.count) * 8))
        return "CASE WHEN \(column) < \(end) THEN get_bit(\(bits), \(column)) = 1 "
            + "ELSE false END"
    }

    /// Whether a column of types is one of them; they come from the definitions, not from outside.
    func isType(_ column: String, _ types: [String]) -> String? {
        guard !types.isEmpty else { return nil }
        let literals = types.map { dialect.literal(Array($0.utf8)) }
        return literals.count == 1
            ? "\(column) = \(literals[0])" : "\(column) IN (\(literals.joined(separator: ", ")))"
    }
}

/// Conditions that must all hold.
func allOf(_ conditions: [String?]) -> String {
    let conditions = conditions.compactMap { $0 }
    return conditions.isEmpty ? "1 = 1" : conditions.joined(separator: " AND ")
}

/// Conditions of which one must hold.
func oneOf(_ conditions: [String]) -> String {
    conditions.isEmpty
        ? "1 = 0"
        : conditions.count == 1
            ? conditions[0] : "(" + conditions.map { "(\($0))" }.joined(separator: " OR ") + ")"
}
