import Base
import Encoding
import FHIRDefinitions
import FHIRSearch

extension FuzzTarget {
    /// Parameters that are read, one a line, mean the same when what was understood is read again;
    /// and marks of pages that are read are written as they were.
    static let search = FuzzTarget(
        name: "search",
        seeds: [
            "name:exact=a\\,b,c\nbirthdate=ge2014-01-31T10:00:00Z\n_sort=-birthdate,_id",
            "identifier:of-type=a|b|c\nname:missing=true\n_count=5\n_total=accurate",
            "_has:Patient:link:name=x\nlink:Patient.link.identifier=|1\n_include:iterate=*",
            "size=-0e040|http://unitsofmeasure.org|mg\nrank=ap0e-39\nrank=ne1e38",
            "_elements=id,name\n_summary=text\n_revinclude=Patient:link:Patient\nbirthdate=ap2014",
        ].map { Array($0.utf8) }
    ) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let mark = PageMark(text: String(text.prefix { $0 != "\n" }))
        if let position = PagePosition(mark, for: []) {
            precondition(position.mark == mark, "another mark")
        }
        let parameters = text.split(separator: "\n").map { line in
            let sides = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(sides[0]), value: sides.count > 1 ? String(sides[1]) : "")
        }
        guard
            let query = try? SearchQuery(
                parsing: parameters, type: "Patient", table: searchTable, base: "https://b",
                strict: false)
        else { return false }
        let again = try? SearchQuery(
            parsing: query.selfParameters.map { ($0.name, $0.value) }, type: "Patient",
            table: searchTable, base: "https://b", strict: true)
        precondition(again?.criteria == query.criteria, "other criteria")
        precondition(again?.sort == query.sort && again?.count == query.count, "another order")
        let resource = SearchedResource(
            name: ResourceName(type: "Patient", id: "1"), lastUpdated: .init(milliseconds: 0),
            terms: IndexTerms())
        _ = query.matches(resource)
        return true
    }

    private static func parameter(
        _ code: String, _ kind: SearchParameterDefinition.Kind, targets: [String] = []
    ) -> SearchParameterDefinition {
        SearchParameterDefinition(
            url: "urn:\(code)", code: code, kind: kind, bases: ["Patient"],
            expression: "Patient.\(code)", targets: targets)
    }

    private static let searchTable = DefinitionTable(
        version: "4.0.1",
        types: [
            TypeDefinition(
                name: "Patient", url: "urn:Patient", kind: .resource, isAbstract: false, base: nil,
                pattern: nil, invariants: [], elements: [])
        ],
        searchParameters: [
            parameter("name", .string), parameter("birthdate", .date),
            parameter("identifier", .token), parameter("link", .reference, targets: ["Patient"]),
            parameter("size", .quantity), parameter("rank", .number), parameter("url", .uri),
        ], compartments: [])
}
