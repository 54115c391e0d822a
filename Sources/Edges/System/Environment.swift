@preconcurrency import Glibc

/// The environment variables of the process.
package enum Environment {
    /// A variable's value; nil when it is not set.
    package static func value(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// The file of the running program; nil where `/proc` does not say.
    package static var program: String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0, count < buffer.count else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether the process has the rights of the administrator.
    package static var isRoot: Bool { geteuid() == 0 }

    /// Every variable as `NAME=value`, ascending.
    package static var all: [String] {
        var entries: [String] = []
        var next = environ
        while let entry = next.pointee {
            entries.append(String(cString: entry))
            next += 1
        }
        return entries.sorted()
    }
}
