import Encoding

/// How FHIRPath compares two items (§Equality, §Equivalence).
extension PathItem {
    /// Whether two items are equal; nil when their precision or units leave it open.
    func equals(_ other: PathItem) -> Bool? {
        switch (system, other.system) {
        case (.boolean(let left), .boolean(let right)): left == right
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.type(let left), .type(let right)): left == right
        case (.moment(let left), .moment(let right)):
            switch left.order(to: right) {
            case .same: true
            case .before, .after, .incomparable: false
            case .unknown: nil
            }
        case (.quantity(let left), .quantity(let right)): left.equals(right)
        case (.quantity(let left), let right?):
            right.number.map { left.equals(PathQuantity($0, "1")) } ?? false
        case (let left?, .quantity(let right)):
            left.number.map { right.equals(PathQuantity($0, "1")) } ?? false
        case (.node(let left), .node(let right)): left.value.isSame(as: right.value)
        case (nil, nil): true
        case (let left, let right):
            if let left = left?.number, let right = right?.number { left == right } else { false }
        }
    }

    /// Whether two items mean the same: texts without case, numbers as precise as the coarser.
    func isEquivalent(to other: PathItem) -> Bool {
        switch (system, other.system) {
        case (.string(let left), .string(let right)): left.folded == right.folded
        case (.moment, .moment): equals(other) ?? false
        case (.quantity(let left), .quantity(let right)): left.isEquivalent(to: right)
        case (.node(let left), .node(let right)): left.value.isEquivalent(to: right.value)
        case (let left, let right):
            if let left = left?.number, let right = right?.number {
                left.isEquivalent(to: right)
            } else {
                equals(other) ?? false
            }
        }
    }

    /// The number that an integer or decimal is.
    var number: ExactDecimal? {
        switch system {
        case .integer(let value): ExactDecimal(value)
        case .decimal(let value): value
        default: nil
        }
    }
}

extension PathQuantity {
    fileprivate func equals(_ other: PathQuantity) -> Bool? {
        if let value = converting(other) { return self.value == value }
        // Years and months of the calendar are not of one length; other units never are equal.
        return isCommensurable(with: other) ? nil : false
    }
}

extension PathQuantity {
    /// Whether two quantities agree in the coarser of their units.
    fileprivate func isEquivalent(to other: PathQuantity) -> Bool {
        guard let mine = converting(other, isExact: false),
            let theirs = other.converting(self, isExact: false)
        else { return false }
        let isCoarser = mine.magnitude <= other.value.magnitude
        return isCoarser ? value.isEquivalent(to: mine) : other.value.isEquivalent(to: theirs)
    }
}

extension ExactDecimal {
    /// Whether two numbers agree, rounded to the digits of the one that has fewer.
    func isEquivalent(to other: ExactDecimal) -> Bool {
        let digits = min(normalized.scale, other.normalized.scale)
        guard let left = rounded(to: digits), let right = other.rounded(to: digits) else {
            return false
        }
        return left == right
    }
}

extension String {
    /// The text in lower case with plain spaces, as equivalence compares it.
    fileprivate var folded: String {
        String(lowercased().map { $0.isWhitespace ? " " : $0 })
    }
}

extension JSONValue {
    /// Whether two structures have the same members in any order, and numbers of equal value.
    fileprivate func isSame(as other: JSONValue) -> Bool {
        switch (self, other) {
        case (.number(let left), .number(let right)):
            left == right || ExactDecimal(left).map { $0 == ExactDecimal(right) } ?? false
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1) }
        case (.object(let left), .object(let right)):
            left.count == right.count
                && left.allSatisfy { other[$0.key]?.isSame(as: $0.value) ?? false }
        default: self == other
        }
    }

    /// Whether two structures mean the same: lists in any order, texts without case, ids aside.
    fileprivate func isEquivalent(to other: JSONValue) -> Bool {
        switch (self, other) {
        case (.string(let left), .string(let right)): return left.folded == right.folded
        case (.number(let left), .number(let right)):
            guard let left = ExactDecimal(left), let right = ExactDecimal(right) else {
                return left == right
            }
            return left.isEquivalent(to: right)
        case (.array(let left), .array(var right)):
            guard left.count == right.count else { return false }
            for element in left {
                guard let place = right.firstIndex(where: { $0.isEquivalent(to: element) }) else {
                    return false
                }
                right.remove(at: place)
            }
            return true
        case (.object(let left), .object(let right)):
            let (left, right) = (left.filter { $0.key != "id" }, right.filter { $0.key != "id" })
            return left.count == right.count
                && left.allSatisfy { other[$0.key]?.isEquivalent(to: $0.value) ?? false }
        default: return self == other
        }
    }
}
