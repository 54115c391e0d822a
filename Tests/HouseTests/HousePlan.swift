/// The checks of the house plan, as functions over a manifest, files and the page that draws it.
enum HousePlan {
    /// The manifest as rows of the table in ARCHITECTURE.md: floor, room, may know.
    static func rows(of manifest: Manifest) -> [String] {
        manifest.rooms.map { room in
            row(
                floor: room.floor.map(String.init) ?? "?", name: room.name, knows: room.dependencies
            )
        }.sorted()
    }

    /// The rows of the table on the page, in the same form; other tables are passed over.
    static func rows(ofPage text: String) -> [String] {
        Markdown(text).tableRows.compactMap { cells in
            guard cells.count >= 3, Int(cells[0]) != nil, let name = cells[1].codeSpans.first else {
                return nil
            }
            return row(floor: cells[0], name: name, knows: cells[2].codeSpans)
        }.sorted()
    }

    private static func row(floor: String, name: String, knows: [String]) -> String {
        let list = knows.sorted().map { "`\($0)`" }.joined(separator: ", ")
        return "| \(floor) | `\(name)` | \(list.isEmpty ? "—" : list) |"
    }

    /// Dependencies that point up, modules that know the edges, floors that know C without need.
    static func misdirections(in manifest: Manifest) -> [String] {
        let floors = manifest.rooms.reduce(into: [:]) { $0[$1.name] = $1.floor }
        return manifest.rooms.flatMap { room -> [String] in
            guard let floor = room.floor else { return ["\(room.name) stands on no floor"] }
            return room.dependencies.compactMap { name in
                guard let below = floors[name] ?? nil else {
                    return "\(room.name) → \(name): unknown"
                }
                if below > floor { return "\(room.name) → \(name): points up" }
                if floor == 4, below == 3 { return "\(room.name) → \(name): a module on an edge" }
                if floor == 4 || floor == 2, below == 0 { return "\(room.name) → \(name): C" }
                if floor > 4, below == 0 { return "\(room.name) → \(name): C above the edges" }
                return nil
            }
        }
    }

    /// C modules that no room or several rooms depend on.
    static func sharedLibraries(in manifest: Manifest) -> [String] {
        manifest.rooms.filter { $0.floor == 0 }.compactMap { library in
            let owners = manifest.rooms.filter {
                $0.floor != 0 && $0.dependencies.contains(library.name)
            }
            let shims = manifest.rooms.filter {
                $0.floor == 0 && $0.dependencies.contains(library.name)
            }
            guard owners.count > 1 || owners.count + shims.count == 0 else { return nil }
            return "\(library.name) is used by \(owners.map(\.name))"
        }
    }

    /// Imports of a room of ours that the manifest does not declare.
    static func undeclaredImports(in files: [SourceFile], _ manifest: Manifest) -> [Violation] {
        let names = Set(manifest.rooms.map(\.name))
        return files.flatMap { file -> [Violation] in
            guard let room = file.room?.name,
                let target = manifest.rooms.first(where: { $0.name == room })
            else { return [] }
            return file.violations(in: CodeText.lines(of: file.text), "import not declared") {
                guard let module = ImportLine($0)?.module else { return false }
                return names.contains(module) && !target.dependencies.contains(module)
            }
        }
    }
}
