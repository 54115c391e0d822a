package import Base
package import FHIRPath

/// Why a view cannot be read, or has no rows.
package enum ViewError: Error, Hashable, Sendable {
    /// A part of the ViewDefinition is missing or has another form; the place is its path.
    case shape(place: String, expected: String)
    /// An expression of the view cannot be read or evaluated.
    case path(String, PathError)
    /// A column that may hold one value found several.
    case severalValues(column: String)
    /// A filter gave something else than a truth value.
    case filter(String)
    /// Two columns have one name.
    case duplicateColumn(String)
    /// Branches of a union have other columns, or the same ones in another order.
    case differentColumns(place: String)
    /// A column declares a type that FHIR does not have.
    case unknownType(column: String, type: String)
    /// A value of a column cannot be written as the column's type.
    case otherType(column: String, type: ViewColumnType)
    /// More nested selections or rows than ``ViewLimits`` allow.
    case limit
}

extension ViewError {
    /// What a person is told: what is wrong with the view and how to mend it.
    package var refusal: Refusal {
        switch self {
        case .shape(let place, let expected):
            Refusal(
                "view.shape", "\(place) of the view must be \(expected).",
                "视图的 \(place) 须为 \(expected)。")
        case .path(let text, let error):
            Refusal(
                "view.path", "The expression \(text): \(error.refusal.english)",
                "表达式 \(text)：\(error.refusal.chinese)")
        case .severalValues(let column):
            Refusal(
                "view.several-values",
                "The column \(column) found several values; set collection, or choose one.",
                "列 \(column) 得到多个值；请设置 collection 或只取其一。")
        case .filter(let text):
            Refusal(
                "view.filter", "The filter \(text) must give true or false.",
                "筛选条件 \(text) 的结果须为真或假。")
        case .duplicateColumn(let name):
            Refusal(
                "view.duplicate-column", "The view has two columns \(name); rename one.",
                "视图有两个名为 \(name) 的列；请改名。")
        case .differentColumns(let place):
            Refusal(
                "view.different-columns",
                "All branches of \(place) must have the same columns in the same order.",
                "\(place) 的各分支须有相同且次序一致的列。")
        case .unknownType(let column, let type):
            Refusal(
                "view.unknown-type",
                "The column \(column) has the type \(type), which FHIR R4 does not have. Correct "
                    + "it or leave it out.",
                "列 \(column) 的类型 \(type) 在 FHIR R4 中不存在。请更正或删去。")
        case .otherType(let column, let type):
            Refusal(
                "view.other-type",
                "A value of the column \(column) is not of its type, \(type.rawValue). Give the "
                    + "column the type string, or change its path.",
                "列 \(column) 的值不是该列类型 \(type.rawValue)。请将列类型改为 string，或修改路径。")
        case .limit:
            Refusal(
                "view.limit", "The view nests too deeply or gives too many rows; narrow it.",
                "视图嵌套过深或行数过多；请缩小范围。")
        }
    }
}

/// Bounds of a view.
package struct ViewLimits: Hashable, Sendable {
    /// Selections within each other.
    package let depth: Int
    /// Rows that one resource may give.
    package let rowsPerResource: Int

    package init(depth: Int = 32, rowsPerResource: Int = 100_000) {
        (self.depth, self.rowsPerResource) = (depth, rowsPerResource)
    }

    /// 32 levels, 100,000 rows of one resource.
    package static let standard = ViewLimits()
}
