package import Encoding
import HTTPServer

/// What the FHIR API answers: a status, fields and a resource.
package struct FHIRAnswer: Sendable {
    /// The body.
    package enum Body: Sendable {
        case none
        case resource(JSONValue)
        /// A resource as it is kept.
        case bytes([UInt8])
        /// Lines of resources, or any other form, with its media type.
        case other([UInt8], type: String)
    }

    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: Body

    package init(
        _ status: Int, headers: [(name: String, value: String)] = [], body: Body = .none
    ) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }

    package init(_ status: Int, _ resource: JSONValue) {
        self.init(status, body: .resource(resource))
    }

    package init(_ error: FHIRError) {
        self.init(error.status, error.outcome)
        if !error.allowed.isEmpty {
            headers.append(("allow", error.allowed.map(\.rawValue).joined(separator: ", ")))
        }
        if let seconds = error.retryAfter { headers.append(("retry-after", String(seconds))) }
    }

    /// The body as JSON; nil when there is none.
    var json: JSONValue? {
        switch body {
        case .resource(let value): value
        case .bytes(let bytes): try? JSONValue(parsing: bytes)
        case .none, .other: nil
        }
    }

    /// The first field of this name in lower case.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
