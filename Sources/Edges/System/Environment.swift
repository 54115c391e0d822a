@preconcurrency import Glibc

/// The environment variables of the process.
package enum Environment {
    /// A variable's value; nil when it is not set.
    package static func value(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

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
