/// Whether single terms pass single tests: what FHIR says of values, without any index.
extension TermTest {
    package func passes(_ value: TermValue) -> Bool {
        switch (self, value) {
        case (.token(let system, let code), .token(let itsSystem, let itsCode)):
            guard code.map({ Self.isSame($0, itsCode) }) ?? true else { return false }
            switch system {
            case .any: return true
            case .absent: return itsSystem == nil
            case .exactly(let name): return itsSystem.map { Self.isSame(name, $0) } ?? false
            }
        case (.below(let url), .token(_, let code)):
            return Self.isSame(url, code) || Self.starts(code, url.hasSuffix("/") ? url : url + "/")
        case (.text(.starts, let text), .text(let folded, _)): return Self.starts(folded, text)
        case (.text(.contains, let text), .text(let folded, _)): return Self.contains(folded, text)
        case (.text(.exactly, let text), .text(_, let exact)): return Self.isSame(text, exact)
        case (.date(let test), .date(let low, let high)): return test.passes(low, high)
        case (.number(let unit, let test), .number(let itsUnit, let low, let high)):
            return Self.isSame(unit, itsUnit) && test.passes(low, high)
        case (.reference(let names, let version), .reference(let name, let itsVersion)):
            return names.contains(name) && (version == nil || version == itsVersion)
        case (.external(let url, let version), .external(let itsURL, let itsVersion)):
            return Self.isSame(url, itsURL) && (version == nil || version == itsVersion)
        default: return false
        }
    }

    // Texts are compared byte by byte, as databases do, not by canonical equivalence.

    private static func isSame(_ left: String, _ right: String) -> Bool {
        left.utf8.elementsEqual(right.utf8)
    }

    private static func starts(_ text: String, _ start: String) -> Bool {
        text.utf8.starts(with: start.utf8)
    }

    private static func contains(_ text: String, _ part: String) -> Bool {
        let (text, part) = (Array(text.utf8), Array(part.utf8))
        guard !part.isEmpty, text.count >= part.count else { return part.isEmpty }
        return (0...text.count - part.count).contains { text[$0...].starts(with: part) }
    }
}

extension RangeTest<Int64> {
    /// Whether a date passes; its `high` is the first millisecond behind.
    package func passes(_ itsLow: Int64, _ itsHigh: Int64) -> Bool {
        let isInside = itsLow >= low && itsHigh <= high
        return switch prefix {
        case .equal: isInside
        case .notEqual: !isInside
        case .greater: itsHigh > high
        case .less: itsLow < low
        case .greaterOrEqual: itsHigh > high || isInside
        case .lessOrEqual: itsLow < low || isInside
        case .startsAfter: itsLow >= high
        case .endsBefore: itsHigh <= low
        case .approximate: itsHigh > low && itsLow < high
        }
    }
}

extension RangeTest<Double> {
    /// Whether a number or range passes; its ends belong to it.
    package func passes(_ itsLow: Double, _ itsHigh: Double) -> Bool {
        let isInside = itsLow >= low && itsHigh < high
        return switch prefix {
        case .equal: isInside
        case .notEqual: !isInside
        case .greater: itsHigh > high
        case .less: itsLow < low
        case .greaterOrEqual: itsHigh >= high
        case .lessOrEqual: itsLow <= low
        case .startsAfter: itsLow > high
        case .endsBefore: itsHigh < low
        case .approximate: itsHigh >= low && itsLow <= high
        }
    }
}
