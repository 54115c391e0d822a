package import Base
import Encoding
package import FHIRDefinitions
import System

/// The table of FHIR's definitions that belongs to this installation.
package enum InstalledDefinitions {
    /// Names another file than the one beside the program.
    package static let variable = "KANGLIAN_FHIR_DEFINITIONS"
    /// Where the file lies below one of the folders that lead to the program.
    package static let place = "share/kanglian/fhir-r4.cbor"
    /// The most bytes that are read; R4 takes about one million.
    private static let byteLimit = 64 << 20

    /// Reads the table that the environment names, else the nearest one: `/usr/bin/kanglian` finds
    /// `/usr/share/kanglian/fhir-r4.cbor`, and a program that was built in a clone that of
    /// `.build`.
    package static func load() throws(Refusal) -> DefinitionTable {
        guard let path = path else {
            throw Refusal(
                "fhir.definitions-missing",
                "The definitions of FHIR R4 are not installed. Run make setup, or name the file in "
                    + "\(variable).",
                "未安装 FHIR R4 定义。请运行 make setup，或用 \(variable) 指定文件。")
        }
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try FileSystem.read(path, limit: byteLimit)
        } catch {
            throw error.refusal
        }
        return try decode(bytes, path)
    }

    private static func decode(_ bytes: [UInt8], _ path: String) throws(Refusal) -> DefinitionTable
    {
        let limits = CBORLimits(byteCount: byteLimit, depth: 32, elementCount: 1_000_000)
        do throws(CBORError) {
            return try DefinitionTable(decoding: bytes, limits: limits)
        } catch {
            throw Refusal(
                "fhir.definitions-unreadable",
                "\(path) is damaged or of another version. Delete it and run make setup.",
                "\(path) 已损坏或版本不符。请删除后运行 make setup。")
        }
    }

    /// The file that is there; nil when there is none.
    package static var path: String? {
        if let named = Environment.value(variable) { return named }
        var folder = FileSystem.folder(of: Environment.program ?? "/")
        while true {
            let path = (folder == "/" ? "" : folder) + "/" + place
            if FileSystem.exists(path) { return path }
            guard folder.count > 1 else { return nil }
            folder = FileSystem.folder(of: folder)
        }
    }
}
