import Base
import Encoding
import FHIRDefinitions
import FHIRPath

/// Runs one test and compares what comes out with what the suite expects.
struct FHIRPathCheck {
    let test: FHIRPathTest
    let table: DefinitionTable
    /// The resource that the expression starts from; nil for tests that need none.
    let resource: JSONValue?
    let now: Timestamp

    var verdict: Verdict {
        let path: CompiledPath
        do throws(PathError) {
            path = try CompiledPath(test.expression)
        } catch {
            return refused(error, isSyntax: true)
        }
        if test.invalidity == .syntax { return .failed("expected a syntax error, got none") }
        do throws(PathError) {
            let items = try evaluate(path)
            guard test.invalidity == nil else {
                return .failed("expected an error, got \(Self.shown(items))")
            }
            return compare(items)
        } catch {
            return refused(error, isSyntax: false)
        }
    }

    private func evaluate(_ path: CompiledPath) throws(PathError) -> [PathItem] {
        var environment = PathEnvironment(table: table, now: now)
        environment.isStrict = test.isStrict
        guard let resource else { return try path.evaluate(on: [], in: environment) }
        let node = PathNode(resource: resource)
        if test.isStrict || test.invalidity == .semantic {
            try path.check(from: node.type, in: table, isOrdered: test.checksOrder)
        }
        return try path.evaluate(on: node, in: environment)
    }

    /// The verdict on an error: right where one must come, unless it is a lack of ours.
    private func refused(_ error: PathError, isSyntax: Bool) -> Verdict {
        let reason = "refused: \(error.refusal.english)"
        guard let invalidity = test.invalidity else { return .failed(reason) }
        switch error {
        case .limit, .unknownFunction, .numberOutOfRange: return .failed(reason)
        // A literal that cannot be read is found early here and late by others.
        default:
            return invalidity == .syntax && !isSyntax ? .failed(reason) : .passed
        }
    }

    // MARK: Comparison

    private func compare(_ items: [PathItem]) -> Verdict {
        if test.isPredicate {
            let truth = Self.truth(items) ? "true" : "false"
            let expected = test.outputs.map(\.text)
            return expected == [truth] ? .passed : .failed("expected \(expected), got \(truth)")
        }
        let expected = test.outputs.map { "\($0.type ?? "any"):\($0.text)" }
            .joined(separator: ", ")
        var rest = items
        for output in test.outputs {
            guard
                let place = test.isOrdered
                    ? rest.indices.first
                    : rest.firstIndex(where: { matches($0, output) }), matches(rest[place], output)
            else { return .failed("expected [\(expected)], got \(Self.shown(items))") }
            rest.remove(at: place)
        }
        return rest.isEmpty ? .passed : .failed("expected [\(expected)], got \(Self.shown(items))")
    }

    private static func truth(_ items: [PathItem]) -> Bool {
        if items.count == 1, case .boolean(let value)? = items[0].system { return value }
        return !items.isEmpty
    }

    private func matches(_ item: PathItem, _ output: FHIRPathTest.Output) -> Bool {
        if let type = output.type, item.typeName.name.lowercased() != type.lowercased() {
            return false
        }
        switch item.system {
        case .integer(let value): return ExactDecimal(value) == ExactDecimal(output.text)
        case .decimal(let value): return value == ExactDecimal(output.text)
        case .moment(let moment):
            let sign = moment.kind == .time ? "@T" : "@"
            return output.text == sign + moment.text || output.text == moment.text
        case .quantity:
            // The suite writes quantities as FHIRPath does.
            var environment = PathEnvironment(table: table, now: now)
            environment.variables["found"] = [item]
            let holds = try? CompiledPath("%found = \(output.text)")
                .evaluate(on: [], in: environment)
            return holds.map(Self.truth) ?? false
        default: return item.text == output.text
        }
    }

    /// Items as text for the report; tests hold no patient data of anybody.
    private static func shown(_ items: [PathItem]) -> String {
        let texts = items.prefix(10).map { item in
            "\(item.typeName.name):\(item.text ?? item.json?.text() ?? "")".prefix(80)
        }
        return "[" + texts.joined(separator: ", ") + (items.count > 10 ? ", …]" : "]")
    }
}
