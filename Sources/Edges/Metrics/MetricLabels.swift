/// Label names and values of one time series, fixed when it is created.
///
/// Values come from closed sets such as route names; never from a user, whose strings would both
/// leak and grow the registry without end.
package struct MetricLabels: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    let pairs: [Pair]

    struct Pair: Hashable, Sendable {
        let name: String
        let value: String
    }

    package init(dictionaryLiteral elements: (String, String)...) {
        pairs = elements.map { Pair(name: $0.0, value: $0.1) }
    }

    /// `{a="x",b="y"}`, with one more pair at the end if given, or nothing.
    func text(adding extra: (name: String, value: String)? = nil) -> String {
        var all = pairs.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
        if let extra { all.append("\(extra.name)=\"\(extra.value)\"") }
        return all.isEmpty ? "" : "{" + all.joined(separator: ",") + "}"
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": text += #"\\"#
            case "\"": text += #"\""#
            case "\n": text += #"\n"#
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }
}
