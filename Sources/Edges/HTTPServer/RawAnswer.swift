import CMicroHTTPD
import CMicroHTTPDShim

/// An answer as bytes, for the one case that libmicrohttpd cannot send: in the middle of a body.
enum RawAnswer {
    static func bytes(_ response: HTTPResponse, hasBody: Bool) -> [UInt8] {
        let body: [UInt8] = if case .bytes(let bytes) = response.body { bytes } else { [] }
        let status = (200...599).contains(response.status) ? response.status : 500
        let phrase = MHD_get_reason_phrase_for(UInt32(status)).map { String(cString: $0) } ?? ""
        var text = "HTTP/1.1 \(status) \(phrase)\r\nDate: \(date())\r\nConnection: close\r\n"
        text += "Content-Length: \(body.count)\r\n"
        for field in response.headers.fields where isSound(field) {
            text += "\(field.name): \(field.value)\r\n"
        }
        text += "\r\n"
        return Array(text.utf8) + (hasBody ? body : [])
    }

    private static func isSound(_ field: HTTPHeaders.Field) -> Bool {
        let ours = ["content-length", "transfer-encoding", "connection", "date"]
        return !ours.contains { HTTPHeaders.same($0, field.name) }
            && field.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
            && field.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }

    private static func date() -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { buffer in
            guard let start = buffer.baseAddress else { return "" }
            kl_http_date(start)
            return String(cString: start)
        }
    }
}
