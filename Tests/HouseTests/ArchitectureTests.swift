import Foundation
import Testing

@Suite("The house stands as ARCHITECTURE.md draws it")
struct ArchitectureTests {
    let manifest: Manifest
    let page: String

    init() throws {
        manifest = try Manifest.current.get()
        page = try #require(Repository.file("ARCHITECTURE.md")).text
    }

    @Test("The table of rooms equals the manifest")
    func tableEqualsManifest() {
        let (drawn, built) = (HousePlan.rows(ofPage: page), HousePlan.rows(of: manifest))
        let missing = built.filter { !drawn.contains($0) }.joined(separator: "\n")
        let stale = drawn.filter { !built.contains($0) }.joined(separator: "\n")
        #expect(drawn == built, "in the manifest only:\n\(missing)\non the page only:\n\(stale)")
    }

    @Test("Dependencies point down, or along the same floor")
    func dependenciesPointDown() {
        #expect(HousePlan.misdirections(in: manifest) == [])
    }

    @Test("Each C library belongs to one room")
    func librariesHaveOneOwner() {
        #expect(HousePlan.sharedLibraries(in: manifest) == [])
    }

    @Test("Rooms import only what the manifest lets them know")
    func importsAreDeclared() {
        #expect(HousePlan.undeclaredImports(in: Repository.files, manifest) == [])
    }

    @Test("Every room has a folder of its name on its floor, and every folder is a room")
    func foldersAreRooms() {
        let drawn = Set(manifest.rooms.map(\.path))
        #expect(manifest.rooms.allSatisfy { $0.path.hasSuffix("/\($0.name)") })
        let folders = Set(
            Repository.files.compactMap { file -> String? in
                guard let room = file.room else { return nil }
                return "Sources/\(room.floor)/\(room.name)"
            })
        #expect(folders.subtracting(drawn) == [])
    }

    @Test("The prose of ARCHITECTURE.md speaks of every room")
    func proseMentionsRooms() {
        let prose = page.split(separator: "\n").filter { !$0.hasPrefix("|") }
        for room in manifest.rooms where (room.floor ?? 0) > 0 {
            #expect(
                prose.contains { $0.contains("`\(room.name)`") }, "no sentence about \(room.name)")
        }
    }
}

@Suite("The checks of the house plan see what is wrong")
struct HousePlanTests {
    private func room(_ path: String, _ dependencies: String...) -> Manifest.Target {
        Manifest.Target(
            name: String(path.split(separator: "/").last ?? ""), path: "Sources/\(path)",
            isTest: false, dependencies: dependencies)
    }

    @Test(
        "A dependency that points up or past its floor is named",
        arguments: [
            ("Ground/Base", "Ledger/Ledger", "points up"),
            ("Assembly/Gateway", "Doors/Console", "points up"),
            ("Modules/Audit", "Edges/System", "edge"),
            ("Modules/Audit", "C/CLinux", "C"), ("Ledger/Ledger", "C/CLinux", "C"),
            ("Assembly/Node", "C/CLinux", "C above"), ("Ground/Base", "Nowhere/Lost", "unknown"),
        ])
    func namesMisdirection(_ from: String, _ to: String, _ expected: String) {
        let target = room(to)
        let found = HousePlan.misdirections(
            in: Manifest(targets: [room(from, target.name), target]))
        #expect(found.contains { $0.contains("→ \(target.name)") && $0.contains(expected) })
    }

    @Test("Dependencies along a floor and down pass")
    func passesDown() {
        let manifest = Manifest(targets: [
            room("Edges/System", "Base", "CLinux"), room("Ground/Base"), room("C/CLinux"),
            room("Ground/Encoding", "Base"), room("Modules/Audit", "Base", "Ledger"),
            room("Ledger/Ledger", "Base"),
        ])
        #expect(HousePlan.misdirections(in: manifest) == [])
    }

    @Test("A C library with two owners, or none, is named")
    func namesSharedLibrary() {
        let shared = Manifest(targets: [
            room("C/CCurl"), room("Edges/A", "CCurl"), room("Edges/B", "CCurl"), room("C/CLone"),
        ])
        #expect(HousePlan.sharedLibraries(in: shared).count == 2)
        let owned = Manifest(targets: [
            room("C/CCurl"), room("C/CCurlShim", "CCurl"), room("Edges/A", "CCurl", "CCurlShim"),
        ])
        #expect(HousePlan.sharedLibraries(in: owned) == [])
    }

    @Test("An import that the manifest does not declare is named")
    func namesUndeclaredImport() {
        let manifest = Manifest(targets: [room("Ground/Base"), room("Ground/Merkle")])
        let guilty = SourceFile(path: "Sources/Ground/Merkle/A.swift", text: "import Base\n")
        let innocent = SourceFile(path: "Sources/Ground/Merkle/A.swift", text: "import Glibc\n")
        #expect(HousePlan.undeclaredImports(in: [guilty], manifest).count == 1)
        #expect(HousePlan.undeclaredImports(in: [innocent], manifest).isEmpty)
    }

    @Test("A row that is missing, stale or different makes the tables unequal")
    func rowsDiffer() {
        let manifest = Manifest(targets: [room("Ground/Base"), room("Ground/Merkle", "Base")])
        let rows = HousePlan.rows(of: manifest)
        let page = "| Floor | Room | May know |\n|---|---|---|\n" + rows.joined(separator: "\n")
        #expect(HousePlan.rows(ofPage: page) == rows)
        #expect(
            HousePlan.rows(ofPage: page.replacing("`Merkle` | `Base`", with: "`Merkle` | —"))
                != rows)
        #expect(HousePlan.rows(ofPage: page + "\n| 1 | `Gone` | — | |") != rows)
    }

    @Test("A dump of the manifest is read with its floors")
    func readsDump() throws {
        let json = """
            {"targets":[{"name":"Merkle","type":"regular","path":"Sources/Ground/Merkle",
            "dependencies":[{"byName":["Base",null]}]},{"name":"T","type":"test",
            "path":"Tests/T","dependencies":[]}]}
            """
        let manifest = try Manifest(json: Data(json.utf8))
        #expect(manifest.rooms.map(\.floor) == [1])
        #expect(manifest.rooms[0].dependencies == ["Base"])
        #expect(manifest.targets[1].isTest)
    }
}
