/// The functions of FHIRPath 2.0, those of FHIR R4, and those of the next edition that HL7 tests.
enum FunctionName: String, CaseIterable, Sendable {
    // Existence.
    case empty, exists, all, allTrue, anyTrue, allFalse, anyFalse, subsetOf, supersetOf, count
    case distinct, isDistinct
    // Filtering and subsetting.
    case `where`, select, `repeat`, ofType, sort
    case single, first, last, tail, skip, take, intersect, exclude, union, combine
    // Conversion.
    case iif, toBoolean, convertsToBoolean, toInteger, convertsToInteger, toDate
    case convertsToDate, toDateTime, convertsToDateTime, toDecimal, convertsToDecimal
    case toQuantity, convertsToQuantity, toString, convertsToString, toTime, convertsToTime
    // Texts.
    case indexOf, substring, startsWith, endsWith, contains, upper, lower, replace, matches
    case matchesFull, replaceMatches, length, toChars, trim, split, join, encode, decode
    case escape, unescape, lastIndexOf
    // Mathematics.
    case abs, ceiling, exp, floor, ln, log, power, round, sqrt, truncate
    case sum, min, max, avg
    // The tree.
    case children, descendants, `extension`, hasValue, getValue, resolve, conformsTo
    case memberOf
    case getResourceKey, getReferenceKey, hasExtension, htmlChecks
    // Utilities.
    case trace, now, today, timeOfDay, aggregate, type, `is`, `as`, not
    case lowBoundary, highBoundary, precision, comparable

    /// How many arguments it takes.
    var argumentCounts: ClosedRange<Int> {
        switch self {
        case .empty, .allTrue, .anyTrue, .allFalse, .anyFalse, .count, .distinct, .isDistinct,
            .single, .first, .last, .tail, .toBoolean, .convertsToBoolean, .toInteger,
            .convertsToInteger, .toDate, .convertsToDate, .toDateTime, .convertsToDateTime,
            .toDecimal, .convertsToDecimal, .toString, .convertsToString, .toTime,
            .convertsToTime, .upper, .lower, .length, .toChars, .trim, .abs, .ceiling, .exp,
            .floor, .ln, .sqrt, .truncate, .sum, .min, .max, .avg, .children, .descendants,
            .hasValue, .getValue, .resolve, .getResourceKey, .htmlChecks, .now, .today, .timeOfDay,
            .type,
            .not, .precision:
            0...0
        case .exists, .toQuantity, .convertsToQuantity, .join, .round, .lowBoundary,
            .highBoundary, .getReferenceKey:
            0...1
        case .all, .subsetOf, .supersetOf, .where, .select, .repeat, .ofType, .skip, .take,
            .intersect, .exclude, .union, .combine, .indexOf, .lastIndexOf, .startsWith,
            .endsWith, .contains, .split, .encode, .decode, .escape, .unescape, .log, .power,
            .extension, .hasExtension, .conformsTo, .memberOf, .is, .as, .comparable:
            1...1
        case .substring, .trace, .aggregate, .matches, .matchesFull: 1...2
        case .replace: 2...2
        case .replaceMatches: 2...3
        case .iif: 2...3
        case .sort: 0...16
        }
    }
}
