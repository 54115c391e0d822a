import Base

/// Random searches.
extension RandomWorld {
    private static let prefixes = ["", "", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]

    private mutating func alternatives(_ make: (inout RandomWorld) -> String) -> String {
        var text = make(&self)
        while chance(25) { text += "," + make(&self) }
        return text
    }

    private mutating func token() -> String {
        let code = pick(Self.codes)
        return switch generator.next() % 5 {
        case 0: pick(Self.systems) + "|" + code
        case 1: "|" + code
        case 2: pick(Self.systems) + "|"
        default: code
        }
    }

    private mutating func number() -> String { pick(Self.prefixes) + pick(Self.decimals) }

    private mutating func quantity() -> String {
        let unit: String =
            switch generator.next() % 3 {
            case 0: ""
            case 1: "||" + pick(Self.units)
            default: "|http://unitsofmeasure.org|" + pick(Self.units)
            }
        return number() + unit
    }

    private mutating func target(_ types: [String]) -> String {
        let id = pick(Self.ids)
        return switch generator.next() % 5 {
        case 0: id
        case 1: "https://here.example/fhir/\(pick(types))/\(id)"
        case 2: "https://there.example/\(pick(types))/\(id)"
        case 3: "\(pick(types))/\(id)/_history/2"
        default: "\(pick(types))/\(id)"
        }
    }

    /// One condition on a type.
    private mutating func condition(_ type: String, _ depth: Int = 0) -> String {
        if chance(10) { return "_id=" + alternatives { $0.pick(Self.ids) } }
        if chance(5) { return "_tag=" + alternatives { $0.token() } }
        if chance(5) {
            return "_lastUpdated=" + pick(["ge", "lt", "sa", "ne", ""])
                + pick(["2020-09-13T12:26:50Z", "2020-09-13", "2020-09-13T12:27:10Z"])
        }
        if chance(15), depth < 2 { return reverse(type, depth) }
        switch type {
        case "Patient": return patient(depth)
        case "Observation": return observation(depth)
        case "Encounter":
            return chance(50) && depth < 3
                ? "subject:Patient." + condition("Patient", depth + 1)
                : "subject=" + target(["Patient"])
        case "Organization":
            return chance(40) && depth < 3
                ? "partof." + condition("Organization", depth + 1)
                : "name=" + alternatives { $0.pick(Self.words) }
        default:
            return chance(50)
                ? "family" + pick(["", ":exact", ":contains"]) + "=" + pick(Self.words)
                : "active=true"
        }
    }

    private mutating func reverse(_ type: String, _ depth: Int) -> String {
        switch type {
        case "Patient":
            let source = pick(["Observation", "Encounter"])
            return "_has:\(source):subject:" + condition(source, depth + 1)
        case "Practitioner":
            return "_has:Patient:general-practitioner:" + condition("Patient", depth + 1)
        case "Organization": return "_has:Patient:organization:" + condition("Patient", depth + 1)
        case "Encounter":
            return "_has:Observation:encounter:" + condition("Observation", depth + 1)
        default: return "status=final"
        }
    }

    private mutating func patient(_ depth: Int) -> String {
        switch generator.next() % 8 {
        case 0: return "gender" + pick(["", ":not"]) + "=" + alternatives { $0.pick(Self.genders) }
        case 1: return "birthdate=" + alternatives { $0.pick(Self.prefixes) + $0.pick(Self.dates) }
        case 2:
            return pick(["name", "family", "given"]) + pick(["", ":exact", ":contains"]) + "="
                + alternatives { $0.pick(Self.words) }
        case 3:
            return pick(["gender", "birthdate", "name", "organization"]) + ":missing="
                + pick(["true", "false"])
        case 4 where depth < 3: return "organization.name=" + pick(Self.words)
        case 5 where depth < 3:
            return "general-practitioner:Practitioner." + condition("Practitioner", depth + 1)
        case 6: return "organization=" + alternatives { $0.target(["Organization"]) }
        default: return "general-practitioner:identifier=" + token()
        }
    }

    private mutating func observation(_ depth: Int) -> String {
        switch generator.next() % 10 {
        case 0: return "code" + pick(["", ":not"]) + "=" + alternatives { $0.token() }
        case 1: return "code:text=" + pick(Self.words)
        case 2: return "date=" + alternatives { $0.pick(Self.prefixes) + $0.pick(Self.dates) }
        case 3:
            return pick(["value-quantity", "combo-value-quantity"]) + "="
                + alternatives { $0.quantity() }
        case 4:
            return pick(["code-value-quantity", "component-code-value-quantity"]) + "="
                + alternatives { $0.token() + "$" + $0.quantity() }
        case 5:
            return "subject" + pick(["", ":Patient"]) + "="
                + alternatives { $0.target(["Patient", "Practitioner"]) }
        case 6 where depth < 3: return "subject:Patient." + condition("Patient", depth + 1)
        case 7 where depth < 3: return "performer.name=" + pick(Self.words)
        case 8:
            return pick(["value-quantity", "date", "encounter"]) + ":missing="
                + pick(["true", "false"])
        default: return "status=" + pick(["final", "amended"])
        }
    }

    /// A type and the parameters of a search.
    mutating func search() -> (type: String, text: String) {
        let type = pick(Self.types)
        var parts: [String] = []
        while parts.count < 3, chance(parts.isEmpty ? 95 : 35) { parts.append(condition(type)) }
        if chance(50) {
            let keys: [String] =
                switch type {
                case "Patient": ["birthdate", "gender", "name", "_lastUpdated", "_id"]
                case "Observation": ["date", "code", "value-quantity", "status"]
                default: ["_id", "_lastUpdated"]
                }
            var sort = (chance(50) ? "-" : "") + pick(keys)
            if chance(40) { sort += "," + (chance(50) ? "-" : "") + pick(keys) }
            parts.append("_sort=" + sort)
        }
        if chance(30) { parts.append("_count=\(1 + generator.next() % 5)") }
        if chance(30) { parts.append("_total=accurate") }
        if chance(20) { parts.append(pick(["_include=*", "_revinclude=*", "_include:iterate=*"])) }
        if chance(20), type == "Patient" {
            parts.append("_revinclude=Observation:subject&_include:iterate=Observation:encounter")
        }
        return (type, parts.joined(separator: "&"))
    }
}
