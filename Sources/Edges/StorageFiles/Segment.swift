import Base
import Cryptography
import Storage

/// One file of a frame log: zeros of a fixed size, overwritten by frames from the start.
struct Segment: Sendable {
    /// Consecutive over the life of the log.
    let number: UInt64
    let path: String
    let file: any DiskFile
    let byteCount: Int

    /// Where the first frame after the segment's own begins.
    static let firstFrameOffset = Frame.byteCount(payload: Frame.saltByteCount)

    private static let nameSuffix = ".segment"

    /// A file under this name is unfinished work of a crash.
    static let temporaryName = "next.new"

    /// As above, of a segment that was being written anew.
    static let rewrittenName = "shorter.new"

    static func name(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits + nameSuffix
    }

    /// The number in a file's name; nil for other files.
    static func number(of name: String) -> UInt64? {
        guard name.hasSuffix(nameSuffix),
            let number = UInt64(name.dropLast(nameSuffix.count), radix: 16),
            Self.name(number) == name
        else { return nil }
        return number
    }

    /// Creates an empty segment durably.
    ///
    /// On an error nothing remains but a temporary file at most.
    static func create(
        on disk: any Disk, folder: String, number: UInt64, byteCount: Int, suite: HashSuite,
        salt: [UInt8]
    ) throws(StorageError) -> Segment {
        let temporary = "\(folder)/\(temporaryName)"
        let path = "\(folder)/\(name(number))"
        let file = try disk.createPreallocated(temporary, byteCount: byteCount)
        do throws(StorageError) {
            let header = Frame(kind: .segment, index: number, count: 0, payload: salt)
            try file.write(header.encoded(suite, salt: Frame.noSalt), at: 0)
            try file.sync()
            try disk.rename(temporary, to: path)
            try disk.syncFolders([folder])
        } catch {
            file.close()
            throw error
        }
        return Segment(number: number, path: path, file: file, byteCount: byteCount)
    }

    /// Opens a segment and returns it with its salt.
    static func open(
        on disk: any Disk, folder: String, number: UInt64
    ) throws(StorageError) -> (segment: Segment, salt: [UInt8]) {
        let path = "\(folder)/\(name(number))"
        guard let file = try disk.open(path) else { throw .corrupt("\(path) is missing") }
        let segment = Segment(
            number: number, path: path, file: file, byteCount: try file.byteCount())
        guard let header = try segment.header(at: 0, salt: Frame.noSalt),
            header.kind == .segment, header.index == number,
            let salt = try segment.payload(of: header, at: 0), salt.count == Frame.saltByteCount
        else { throw .corrupt("\(path) at byte 0: the segment's header is damaged") }
        return (segment, salt)
    }

    /// The intact header at an offset; nil if there is none.
    func header(at offset: Int, salt: [UInt8]) throws(StorageError) -> FrameHeader? {
        let bytes = try file.read(at: offset, count: Frame.headerByteCount)
        do {
            return try FrameHeader(bytes, salt: salt)
        } catch {
            switch error {
            case .damaged: return nil
            case .unsupported: throw .unsupported("\(path) at byte \(offset)")
            }
        }
    }

    /// The payload behind a header, checked; nil if it is damaged.
    func payload(of header: FrameHeader, at offset: Int) throws(StorageError) -> [UInt8]? {
        guard header.frameByteCount <= byteCount - offset else { return nil }
        let body = try file.read(
            at: offset + Frame.headerByteCount,
            count: header.frameByteCount - Frame.headerByteCount)
        return header.payload(in: body)
    }
}

/// Where a frame is, in eight bytes: 24 bits of segment number and 40 bits of offset.
struct FrameLocation: Hashable, Sendable {
    private let packed: UInt64

    init(segment: UInt64, offset: Int) { packed = segment << 40 | UInt64(offset) }

    var segment: UInt64 { packed >> 40 }
    var offset: Int { Int(packed & (1 << 40 - 1)) }
}
