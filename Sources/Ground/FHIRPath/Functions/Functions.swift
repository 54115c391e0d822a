/// Finds a function by its name; each family has a file.
extension PathEvaluator {
    mutating func call(
        _ name: FunctionName, _ arguments: [Expression], on input: [PathItem], _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        switch name {
        case .empty, .exists, .all, .allTrue, .anyTrue, .allFalse, .anyFalse, .subsetOf,
            .supersetOf, .count, .distinct, .isDistinct:
            return try existence(name, arguments, input, frame)
        case .where, .select, .repeat, .aggregate, .sort, .iif:
            return try iteration(name, arguments, input, frame)
        case .single, .first, .last, .tail, .skip, .take, .intersect, .exclude, .union, .combine:
            return try subset(name, arguments, input, frame)
        case .toBoolean, .toInteger, .toDate, .toDateTime, .toDecimal, .toQuantity, .toString,
            .toTime, .convertsToBoolean, .convertsToInteger, .convertsToDate,
            .convertsToDateTime, .convertsToDecimal, .convertsToQuantity, .convertsToString,
            .convertsToTime:
            return try conversion(name, arguments, input, frame)
        case .indexOf, .lastIndexOf, .substring, .startsWith, .endsWith, .contains, .upper,
            .lower, .replace, .length, .toChars, .trim, .split, .join:
            return try texts(name, arguments, input, frame)
        case .matches, .matchesFull, .replaceMatches:
            return try patterns(name, arguments, input, frame)
        case .encode, .decode, .escape, .unescape:
            return try encodings(name, arguments, input, frame)
        case .abs, .ceiling, .exp, .floor, .ln, .log, .power, .round, .sqrt, .truncate:
            return try mathematics(name, arguments, input, frame)
        case .sum, .min, .max, .avg: return try statistics(name, input)
        case .children, .descendants, .extension, .hasValue, .getValue, .resolve, .conformsTo,
            .memberOf,
            .getResourceKey, .getReferenceKey, .hasExtension, .htmlChecks:
            return try tree(name, arguments, input, frame)
        case .lowBoundary, .highBoundary, .precision, .comparable:
            return try boundaries(name, arguments, input, frame)
        case .is, .as, .ofType, .type: return try types(name, arguments, input)
        case .now: return [.moment(Moment(environment.now))]
        case .today: return [.moment(Moment(environment.now).day)]
        case .timeOfDay:
            let now = Moment(environment.now)
            return [
                .moment(
                    Moment(
                        .time, .second, date: Moment.noDate, hour: now.hour, minute: now.minute,
                        second: now.second, millisecond: now.millisecond, fractionDigits: 3))
            ]
        case .not:
            return try Self.truth(input, "not()").map { [.boolean(!$0)] } ?? []
        case .trace:
            // Traces would carry patient data into logs; the arguments are only checked.
            _ = try text(arguments, 0, name, frame)
            if arguments.count == 2 { _ = try each(input, arguments[1], frame) }
            return input
        }
    }

    /// What an expression finds on each item, item by item.
    mutating func each(
        _ input: [PathItem], _ expression: Expression, _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        var found: [PathItem] = []
        for (index, item) in input.enumerated() {
            found += try evaluate(expression, frame.on(item, at: index))
            guard found.count <= environment.limits.itemCount else { throw .limit(.itemCount) }
        }
        return found
    }

    private mutating func types(
        _ name: FunctionName, _ arguments: [Expression], _ input: [PathItem]
    ) throws(PathError) -> [PathItem] {
        if name == .type { return input.map { .type($0.typeName) } }
        guard let type = arguments[0].typeSpecifier else {
            throw .wrongType(place: "\(name.rawValue)()", expected: "the name of a type")
        }
        switch name {
        case .is: return try test(input, is: type)
        case .as: return try cast(input, to: type, "as()")
        default: return try filter(input, type)
        }
    }
}
