import Encoding
import FHIRDefinitions
import FHIRSearch
import System
import Testing

/// The installed definitions, which `make setup` compiles.
enum InstalledDefinitions {
    static let path: String = {
        let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(package)/.build/share/kanglian/fhir-r4.cbor"
    }()

    static var isPresent: Bool { FileSystem.exists(path) }
    static let absence: Comment = "make setup compiles the definitions into .build/share"

    static let table = try? DefinitionTable(decoding: FileSystem.read(path, limit: 64 << 20))
    static let extractor = table.map { TermExtractor($0, base: "https://here.example/fhir") }

    /// A search as the tests write it: `code=a&date=b`, without percent signs.
    static func query(
        _ text: String, _ type: String?, compartment: ResourceName? = nil, strict: Bool = true
    ) throws(SearchError) -> SearchQuery {
        guard let table else { return SearchQuery() }
        let parameters = text.split(separator: "&").map { part in
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(sides[0]), value: sides.count > 1 ? String(sides[1]) : "")
        }
        return try SearchQuery(
            parsing: parameters, type: type, compartment: compartment, table: table,
            base: "https://here.example/fhir", strict: strict)
    }
}

/// Published sample data, where it is on this machine.
enum SyntheaData {
    static var folder: String? { Environment.value("KANGLIAN_DATA").map { $0 + "/synthea" } }
    static var isPresent: Bool {
        InstalledDefinitions.isPresent && (folder.map { FileSystem.exists($0) } ?? false)
    }
    static let absence: Comment = "KANGLIAN_DATA and the installed definitions are needed"

    /// The resources of the first bundles, as they stand in them.
    static func resources(bundles count: Int) throws -> [JSONValue] {
        guard let folder else { return [] }
        let names = try FileSystem.list(folder).filter { $0.hasSuffix(".json.bz2") }.sorted()
        return try names.prefix(count).flatMap { name -> [JSONValue] in
            let bytes = try Bzip2.decompress(
                FileSystem.read("\(folder)/\(name)", limit: 64 << 20), limit: 256 << 20)
            let bundle = try JSONValue(parsing: bytes)
            return (bundle["entry"]?.elements ?? []).compactMap { $0["resource"] }
        }
    }
}
