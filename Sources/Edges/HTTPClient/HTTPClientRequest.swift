/// One header field to send, or received.
package struct HTTPClientField: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What is asked of a server.
package struct HTTPClientRequest: Sendable {
    package enum Body: Sendable {
        case none
        case bytes([UInt8])

        /// A body made while it is sent, with its length in bytes, or nil to send chunks.
        case upload(byteCount: Int?, next: @Sendable () -> HTTPUploadPiece)
    }

    /// The method in capitals, such as `GET`; `HEAD` takes no body.
    package var method: String

    /// An absolute `http` or `https` URL, percent-encoded.
    package var url: String

    /// Sent in this order; names are tokens, and values hold no line breaks.
    package var fields: [HTTPClientField]
    package var body: Body

    /// The whole exchange's time, instead of the client's.
    package var timeout: Duration?

    package init(
        _ method: String, _ url: String, fields: [HTTPClientField] = [], body: Body = .none,
        timeout: Duration? = nil
    ) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.timeout = timeout
    }

    /// A request without a body.
    package static func get(_ url: String, fields: [HTTPClientField] = []) -> HTTPClientRequest {
        HTTPClientRequest("GET", url, fields: fields)
    }
}

/// One step of an upload.
package enum HTTPUploadPiece: Sendable {
    case bytes([UInt8])
    case end

    /// The rest cannot be made; the request is broken off.
    case failed
}

/// What a server answered.
package struct HTTPClientResponse: Hashable, Sendable {
    package let status: Int

    /// As received, in order; names keep the server's spelling.
    package let fields: [HTTPClientField]
    package let body: [UInt8]

    /// Whether the status is 200…299.
    package var isSuccess: Bool { (200...299).contains(status) }

    /// The first field of that name, without regard to case.
    package func field(_ name: String) -> String? {
        let wanted = name.lowercased()
        return fields.first { $0.name.lowercased() == wanted }?.value
    }
}
