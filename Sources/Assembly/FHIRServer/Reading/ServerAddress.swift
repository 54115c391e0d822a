import Base
import Encoding
import FHIRSearch

/// The server's public base and the URLs below it.
package struct ServerAddress: Hashable, Sendable {
    /// Without a slash at the end, such as `https://fhir.hospital.example/fhir`.
    package let base: String

    package init(base: String) {
        self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
    }

    func url(_ name: ResourceName) -> String { base + "/" + name.text }

    func url(_ version: StoredVersion) -> String {
        base + "/" + version.name.text + "/_history/\(version.number)"
    }

    /// A URL with a query.
    func url(_ path: String, _ query: [(name: String, value: String)]) -> String {
        let text = query.map { Self.encode($0.name) + "=" + Self.encode($0.value) }
            .joined(separator: "&")
        return base + (path.isEmpty ? "" : "/" + path) + (text.isEmpty ? "" : "?" + text)
    }

    /// Percent-encoding of a query's name or value (RFC 3986 §2.1); what searches are full of
    /// (`:`, `,`, `/`) stays readable.
    static func encode(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: ","),
                UInt8(ascii: "/"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += "%" + Hex.encode([byte]).uppercased()
            }
        }
        return result
    }
}
