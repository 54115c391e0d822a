import Base
import Encoding
import FHIRDefinitions
import FHIRTerminology
import FHIRValidation
import System
import Testing

/// The table that `make setup` compiles, and what is made of it.
struct ValidationFixture {
    static let path: String = {
        let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(package)/.build/share/kanglian/fhir-r4.cbor"
    }()

    static var isPresent: Bool { FileSystem.exists(path) }
    static let absence: Comment = "make setup compiles the definitions into .build/share"

    /// 2026-11-25T22:00:00Z.
    static let now = Timestamp(milliseconds: 1_795_644_000_000)

    private static let shared = try? ValidationFixture(loading: path)

    let table: DefinitionTable
    let terminology: Terminology
    let validator: FHIRValidator

    private init(loading path: String) throws {
        table = try DefinitionTable(decoding: FileSystem.read(path, limit: 64 << 20))
        terminology = Terminology(table)
        validator = FHIRValidator(table: table, terminology: terminology)
    }

    static func load() throws -> ValidationFixture { try #require(shared) }

    static func json(_ text: String) throws -> JSONValue {
        try JSONValue(parsing: Array(text.utf8))
    }

    /// Issues as `severity code expression`.
    func issues(
        _ text: String, level: ValidationLevel = .full, profiles: [String] = []
    ) throws -> [String] {
        try validator.validate(
            Self.json(text), level: level, profiles: profiles, now: Self.now
        ).map {
            "\($0.severity.rawValue) \($0.message.code.dropFirst(11)) \($0.expression)"
        }
    }

    /// Only the errors.
    func errors(_ text: String, profiles: [String] = []) throws -> [String] {
        try issues(text, profiles: profiles).filter { $0.hasPrefix("error ") }
            .map { String($0.dropFirst(6)) }
    }
}
