/// One element of the schema: the table, a column, or a level of a column of lists.
enum SchemaNode {
    case root(columnCount: Int)
    /// The group that is the list: null or there.
    case list(name: String)
    /// The group that repeats, once for each element.
    case repeated
    /// What holds the values.
    case leaf(name: String, ParquetType)

    /// The schema as the footer lists it: each element before those inside of it.
    static func tree(of columns: [ParquetColumn]) -> [SchemaNode] {
        [.root(columnCount: columns.count)] + columns.flatMap { nodes(of: $0) }
    }

    private static func nodes(of column: ParquetColumn) -> [SchemaNode] {
        guard column.isList else { return [.leaf(name: column.name, column.type)] }
        return [.list(name: column.name), .repeated, .leaf(name: "element", column.type)]
    }

    /// The format's numbers for how often an element stands.
    private enum Repetition {
        static let optional: Int32 = 1
        static let repeated: Int32 = 2
    }

    func write(to element: inout ThriftWriter) {
        switch self {
        case .root(let columnCount):
            element.binary(4, "schema".utf8)
            element.int32(5, Int32(truncatingIfNeeded: columnCount))
        case .list(let name):
            element.int32(3, Repetition.optional)
            element.binary(4, name.utf8)
            element.int32(5, 1)
            element.int32(6, 3)
            element.structure(10) { $0.structure(3) { _ in } }
        case .repeated:
            element.int32(3, Repetition.repeated)
            element.binary(4, "list".utf8)
            element.int32(5, 1)
        case .leaf(let name, let type):
            element.int32(1, type.physical)
            element.int32(3, Repetition.optional)
            element.binary(4, name.utf8)
            guard let meaning = type.meaning else { return }
            element.int32(6, meaning.converted)
            element.structure(10) { $0.structure(meaning.logical) { _ in } }
        }
    }
}

extension ParquetType {
    /// The number of the type in which values are stored.
    var physical: Int32 {
        switch self {
        case .boolean: 0
        case .int32, .date: 1
        case .int64: 2
        case .double: 5
        case .string: 6
        }
    }

    /// What the stored values mean, for older readers (a number) and newer ones (a member).
    fileprivate var meaning: (converted: Int32, logical: UInt8)? {
        switch self {
        case .string: (0, 1)
        case .date: (6, 6)
        case .boolean, .int32, .int64, .double: nil
        }
    }
}
