import Base
import System
import Testing

@Suite("Files and folders")
struct FileSystemTests {
    @Test("are written atomically with rights for the owner alone, and read with a limit")
    func writeAndRead() throws {
        let folder = try TestFolder()
        let path = "\(folder.path)/a"
        try FileSystem.writeAtomically(path, [1, 2, 3])
        try FileSystem.writeAtomically(path, [4, 5])
        #expect(try FileSystem.read(path, limit: 2) == [4, 5])
        #expect(try FileSystem.permissions(path) == 0o600)
        #expect(try FileSystem.list(folder.path) == ["a"])
        #expect(throws: SystemError.self) { try FileSystem.read(path, limit: 1) }
        try FileSystem.setPermissions(path, 0o400)
        #expect(try FileSystem.permissions(path) == 0o400)
        #expect(try FileSystem.byteCount(path) == 2)
    }

    @Test("take their name when they are whole, and leave nothing when they never are")
    func replacing() throws {
        let folder = try TestFolder()
        let path = "\(folder.path)/a"
        do {
            let file = try ReplacingFile(path)
            try file.write([1, 2])
            try file.write([3])
            #expect(!FileSystem.exists(path))
            try file.commit()
            #expect(try FileSystem.read(path, limit: 9) == [1, 2, 3])
        }
        do {
            let file = try ReplacingFile(path)
            try file.write([4])
        }
        #expect(try FileSystem.read(path, limit: 9) == [1, 2, 3])
        #expect(try FileSystem.list(folder.path) == ["a"])
        #expect(try FileSystem.permissions(path) == 0o600)
        #expect(throws: SystemError.self) { try ReplacingFile(folder.path + "/none/a") }
    }

    @Test("of the kernel, which claim to be empty, are read too")
    func kernelFile() throws {
        #expect(try !FileSystem.read("/proc/self/status", limit: 1 << 16).isEmpty)
        #expect(throws: SystemError.self) { try FileSystem.read("/proc/self/status", limit: 10) }
    }

    @Test("are made, listed in byte order and removed as a tree, links left alone")
    func tree() throws {
        let folder = try TestFolder()
        let deep = "\(folder.path)/x/y/z"
        try FileSystem.makeFolder(deep)
        try FileSystem.makeFolder(deep)
        #expect(FileSystem.isFolder(deep))
        for name in ["b", "A", "a", "é"] { try FileSystem.writeAtomically("\(deep)/\(name)", []) }
        #expect(try FileSystem.list(deep) == ["A", "a", "b", "é"])
        let link = try ProcessRunner.run(["ln", "-s", deep, "\(folder.path)/x/link"])
        #expect(link.end.isSuccess)
        try FileSystem.removeTree("\(folder.path)/x/link")
        #expect(try FileSystem.list(deep).count == 4)
        try FileSystem.removeTree("\(folder.path)/x")
        try FileSystem.removeTree("\(folder.path)/x")
        #expect(!FileSystem.exists("\(folder.path)/x"))
    }

    @Test("name the failed call, its place and the cause")
    func errors() throws {
        let missing = try #require(throws: SystemError.self) { try File("/nowhere/x", .read) }
        #expect(missing.isMissing && missing.isDenied && !missing.isFull)
        #expect(missing.description == "open /nowhere/x: No such file or directory")
        #expect(missing.refusal.code == "system.open")
        let device = try File("/dev/full", .update)
        let full = try #require(throws: SystemError.self) { try device.write([1], at: 0) }
        #expect(full.isFull && !full.isDenied)
    }

    @Test("are locked by one holder at a time")
    func lock() throws {
        let folder = try TestFolder()
        let first = try FolderLock(folder.path)
        let refusal = try #require(throws: SystemError.self) { try FolderLock(folder.path) }
        #expect(refusal.isLocked)
        let outside = try ProcessRunner.run(["flock", "-n", "\(folder.path)/lock", "true"])
        #expect(outside.end == .exited(1))
        first.release()
        _ = try FolderLock(folder.path)
        #expect(
            try ProcessRunner.run(["flock", "-n", "\(folder.path)/lock", "true"]).end.isSuccess)
    }
}
