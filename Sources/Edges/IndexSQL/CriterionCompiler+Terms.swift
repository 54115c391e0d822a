import FHIRSearch

/// Tests that one condition can make: codes of one system together, else each alone.
enum TestGroup {
    case codes(SystemTest, [String])
    case single(TermTest)

    /// The most codes of one condition: longer lists are several.
    private static let codeLimit = 100

    static func groups(of tests: [TermTest]) -> [TestGroup] {
        var groups: [TestGroup] = []
        var places: [SystemTest: Int] = [:]
        for test in tests {
            guard case .token(let system, let code?) = test else {
                groups.append(.single(test))
                continue
            }
            if let place = places[system], case .codes(_, let codes) = groups[place],
                codes.count < codeLimit
            {
                groups[place] = .codes(system, codes + [code])
            } else {
                places[system] = groups.count
                groups.append(.codes(system, [code]))
            }
        }
        return groups
    }
}

/// Conditions on the columns of single terms.
extension CriterionCompiler {
    mutating func condition(_ group: TestGroup, _ alias: String) -> String {
        switch group {
        case .codes(let system, let codes):
            let places = codes.map { builder.bind($0) }
            let isCode =
                places.count == 1
                ? "\(alias).code = \(places[0])"
                : "\(alias).code IN (\(places.joined(separator: ", ")))"
            return allOf([isCode, isSystem(system, alias)])
        case .single(let test): return condition(test, alias)
        }
    }

    private mutating func isSystem(_ system: SystemTest, _ alias: String) -> String? {
        switch system {
        case .any: nil
        case .absent: "\(alias).system = 0"
        case .exactly(let name): "\(alias).system = \(builder.bind(symbol(name)))"
        }
    }

    private mutating func condition(_ test: TermTest, _ alias: String) -> String {
        switch test {
        case .token(let system, let code):
            return allOf([
                code.map { "\(alias).code = \(builder.bind($0))" }, isSystem(system, alias),
            ])
        case .below(let url):
            let start = url.hasSuffix("/") ? url : url + "/"
            return oneOf([
                "\(alias).code = \(builder.bind(url))", starts("\(alias).code", with: start),
            ])
        case .text(.starts, let text): return starts("\(alias).folded", with: text)
        case .text(.contains, let text):
            guard !text.isEmpty else { return "1 = 1" }
            return builder.dialect.contains("\(alias).folded", builder.bind(text))
        case .text(.exactly, let text):
            // The folded form leads through the index.
            return "\(alias).folded = \(builder.bind(TextFolding.folded(text))) AND "
                + "\(alias).exact = \(builder.bind(text))"
        case .date(let test): return date(test, "\(alias).low", "\(alias).high")
        case .number(let unit, let test):
            let number = unit.isEmpty ? 0 : symbol(unit)
            return "\(alias).unit = \(builder.bind(number)) AND " + self.number(test, alias)
        case .reference(let names, let version):
            return allOf([
                "\(alias).target IN (\(identities(names)))",
                version.map { "\(alias).version = \(builder.bind($0))" },
            ])
        case .external(let url, let version):
            return allOf([
                "\(alias).target = \(identity(ResourceName(type: "", id: url)))",
                version.map { "\(alias).version = \(builder.bind($0))" },
            ])
        }
    }

    private mutating func starts(_ column: String, with text: String) -> String {
        guard !text.isEmpty else { return "1 = 1" }
        var end = Array(text.utf8)
        // UTF-8 has no byte 255, so the last byte can always be one more.
        end[end.count - 1] += 1
        return "\(column) >= \(builder.bind(text)) AND \(column) < \(builder.bind(.bytes(end)))"
    }

    /// The numbers of resources; those of one id together, as an id without a type has many.
    private mutating func identities(_ names: [ResourceName]) -> String {
        var ids: [String] = []
        var types: [String: [String]] = [:]
        for name in names {
            if types[name.id] == nil { ids.append(name.id) }
            types[name.id, default: []].append(name.type)
        }
        let conditions = ids.map { id in
            allOf([builder.isType("type", types[id] ?? []), "name = \(builder.bind(id))"])
        }
        return "SELECT id FROM resource WHERE " + oneOf(conditions)
    }

    // MARK: Ranges

    private mutating func date(
        _ test: RangeTest<Int64>, _ low: String, _ high: String
    ) -> String {
        func start() -> String { builder.bind(test.low) }
        func end() -> String { builder.bind(test.high) }
        // A term's low is never above its high: the third part bounds the way through the index.
        func inside() -> String {
            "\(low) >= \(start()) AND \(high) <= \(end()) AND \(low) <= \(end())"
        }
        return switch test.prefix {
        case .equal: inside()
        case .notEqual: "NOT (\(inside()))"
        case .greater: "\(high) > \(end())"
        case .less: "\(low) < \(start())"
        case .greaterOrEqual: "(\(high) > \(end()) OR (\(inside())))"
        case .lessOrEqual: "(\(low) < \(start()) OR (\(inside())))"
        case .startsAfter: "\(low) >= \(end())"
        case .endsBefore: "\(high) <= \(start())"
        case .approximate: "\(high) > \(start()) AND \(low) < \(end())"
        }
    }

    private mutating func number(_ test: RangeTest<Double>, _ alias: String) -> String {
        let (low, high) = ("\(alias).low", "\(alias).high")
        func start() -> String { builder.bind(.real(test.low)) }
        func end() -> String { builder.bind(.real(test.high)) }
        func inside() -> String {
            "\(low) >= \(start()) AND \(high) < \(end()) AND \(low) < \(end())"
        }
        return switch test.prefix {
        case .equal: inside()
        case .notEqual: "NOT (\(inside()))"
        case .greater: "\(high) > \(end())"
        case .less: "\(low) < \(start())"
        case .greaterOrEqual: "\(high) >= \(end())"
        case .lessOrEqual: "\(low) <= \(start())"
        case .startsAfter: "\(low) > \(end())"
        case .endsBefore: "\(high) < \(start())"
        case .approximate: "\(high) >= \(start()) AND \(low) <= \(end())"
        }
    }

    /// A time is a range of one millisecond, which makes the conditions simpler.
    mutating func updated(_ test: RangeTest<Int64>, _ column: String) -> String {
        func start() -> String { builder.bind(test.low) }
        func end() -> String { builder.bind(test.high) }
        func inside() -> String { "\(column) >= \(start()) AND \(column) < \(end())" }
        return switch test.prefix {
        case .equal, .approximate: inside()
        case .notEqual: "NOT (\(inside()))"
        case .greater, .startsAfter: "\(column) >= \(end())"
        case .less, .endsBefore: "\(column) < \(start())"
        case .greaterOrEqual: "\(column) >= \(start())"
        case .lessOrEqual: "\(column) < \(end())"
        }
    }
}
