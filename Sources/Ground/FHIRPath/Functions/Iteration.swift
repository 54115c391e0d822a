/// Functions that evaluate their arguments item by item (FHIRPath §Filtering and projection).
extension PathEvaluator {
    mutating func iteration(
        _ name: FunctionName, _ arguments: [Expression], _ input: [PathItem], _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        switch name {
        case .select: return try each(input, arguments[0], frame)
        case .where:
            var kept: [PathItem] = []
            for (index, item) in input.enumerated() {
                let found = try evaluate(arguments[0], frame.on(item, at: index))
                if try Self.truth(found, "where()") == true { kept.append(item) }
            }
            return kept
        case .repeat: return try repeated(input, arguments[0], frame)
        case .aggregate: return try aggregate(input, arguments, frame)
        case .sort: return try sorted(input, arguments, frame)
        default: return try choose(input, arguments, frame)
        }
    }

    /// What the projection finds, and what it finds there, until nothing new comes.
    private mutating func repeated(
        _ input: [PathItem], _ projection: Expression, _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        var all: [PathItem] = []
        var next = input
        while !next.isEmpty {
            let found = try each(next, projection, frame)
            let count = all.count
            all = try checked(try distinct(all + found))
            next = Array(all[count...])
        }
        return all
    }

    private mutating func aggregate(
        _ input: [PathItem], _ arguments: [Expression], _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        var total: [PathItem] = []
        if arguments.count > 1 { total = try evaluate(arguments[1], frame) }
        for (index, item) in input.enumerated() {
            var inner = frame.on(item, at: index)
            inner.total = total
            total = try evaluate(arguments[0], inner)
        }
        return total
    }

    /// `iif`: only the branch that is taken is evaluated.
    private mutating func choose(
        _ input: [PathItem], _ arguments: [Expression], _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        guard input.count <= 1 else { throw .notSingle(place: "iif()") }
        var inner = frame
        inner.focus = input
        let found = try evaluate(arguments[0], inner)
        var holds = false
        if let item = try Self.single(found, "The condition of iif()") {
            guard case .boolean(let value)? = item.system else {
                throw .wrongType(place: "The condition of iif()", expected: "a truth value")
            }
            holds = value
        }
        if holds { return try evaluate(arguments[1], inner) }
        return arguments.count > 2 ? try evaluate(arguments[2], inner) : []
    }

    // MARK: Sorting

    /// Sorted by the items themselves or by keys; a minus before a key turns its order around.
    ///
    /// Items without a key come first in either order, as HL7's tests have it.
    private mutating func sorted(
        _ input: [PathItem], _ arguments: [Expression], _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        let keys: [(expression: Expression?, isDescending: Bool)] =
            arguments.isEmpty
            ? [(nil, false)]
            : arguments.map { argument in
                guard case .sign(true, let inner) = argument.form else { return (argument, false) }
                return (inner, true)
            }
        var entries: [(item: PathItem, keys: [PathItem?])] = []
        for (index, item) in input.enumerated() {
            var found: [PathItem?] = []
            for key in keys {
                let items = try key.expression.map { expression throws(PathError) in
                    try evaluate(expression, frame.on(item, at: index))
                }
                found.append(try Self.single(items ?? [item], "A key of sort()")?.system)
            }
            entries.append((item, found))
        }
        return try merged(entries, keys.map(\.isDescending)).map(\.item)
    }

    /// A stable merge sort: comparing may throw, which the library's sort cannot.
    private mutating func merged(
        _ entries: [(item: PathItem, keys: [PathItem?])], _ isDescending: [Bool]
    ) throws(PathError) -> [(item: PathItem, keys: [PathItem?])] {
        guard entries.count > 1 else { return entries }
        try charge(entries.count)
        let middle = entries.count / 2
        let left = try merged(Array(entries[..<middle]), isDescending)
        let right = try merged(Array(entries[middle...]), isDescending)
        var (result, i, j) = ([(item: PathItem, keys: [PathItem?])](), 0, 0)
        while i < left.count, j < right.count {
            if try precedes(right[j].keys, left[i].keys, isDescending) {
                result.append(right[j])
                j += 1
            } else {
                result.append(left[i])
                i += 1
            }
        }
        return result + left[i...] + right[j...]
    }

    private func precedes(
        _ left: [PathItem?], _ right: [PathItem?], _ isDescending: [Bool]
    ) throws(PathError) -> Bool {
        for (place, descending) in isDescending.enumerated() {
            switch (left[place], right[place]) {
            case (nil, nil): continue
            case (nil, _): return true
            case (_, nil): return false
            case (let left?, let right?):
                let order = try Self.order(left, right) ?? 0
                if order != 0 { return (order < 0) != descending }
            }
        }
        return false
    }
}
