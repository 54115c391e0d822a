/// What a column chunk's metadata says of its values, so that readers can pass over it.
struct ColumnStatistics {
    /// Texts longer than this leave no smallest and largest value: they would swell the footer.
    private static let textByteCountMax = 64

    private(set) var nullCount = 0
    private var bounds: (minimum: ParquetValue, maximum: ParquetValue)?
    private var hasLongText = false

    /// The smallest and the largest value in PLAIN encoding; nil when there are none.
    var encodedBounds: (minimum: [UInt8], maximum: [UInt8])? {
        guard !hasLongText, let bounds else { return nil }
        // The two zeros are equal, so readers expect the outer one of them.
        let minimum = bounds.minimum == .double(0) ? .double(-0.0) : bounds.minimum
        let maximum = bounds.maximum == .double(0) ? .double(0.0) : bounds.maximum
        return (minimum.plainBytes, maximum.plainBytes)
    }

    /// Looks at what one row holds; null and empty lists count as nulls, as they hold no value.
    mutating func add(_ value: ParquetValue) {
        switch value {
        case .null: nullCount += 1
        case .list(let elements) where elements.isEmpty: nullCount += 1
        case .list(let elements): for element in elements { add(element) }
        default: widen(by: value)
        }
    }

    private mutating func widen(by value: ParquetValue) {
        guard !hasLongText else { return }
        if case .string(let text) = value, text.utf8.count > Self.textByteCountMax {
            hasLongText = true
            return
        }
        guard let old = bounds else {
            bounds = (value, value)
            return
        }
        if value.precedes(old.minimum) { bounds?.minimum = value }
        if old.maximum.precedes(value) { bounds?.maximum = value }
    }
}

extension ParquetValue {
    /// Parquet's order within one type: numbers by value, texts by their bytes.
    fileprivate func precedes(_ other: ParquetValue) -> Bool {
        switch (self, other) {
        case (.boolean(let left), .boolean(let right)): !left && right
        case (.int32(let left), .int32(let right)), (.date(let left), .date(let right)):
            left < right
        case (.int64(let left), .int64(let right)): left < right
        case (.double(let left), .double(let right)): left < right
        case (.string(let left), .string(let right)):
            left.utf8.lexicographicallyPrecedes(right.utf8)
        default: false
        }
    }
}
