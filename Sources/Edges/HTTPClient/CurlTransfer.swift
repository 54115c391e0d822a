import CCurl

/// What one transfer receives and sends, called back by libcurl on the thread that performs it.
final class CurlTransfer {
    /// Takes the bytes of a successful response; false ends the transfer.
    var onBytes: (([UInt8]) -> Bool)?

    /// The header lines to send, in libcurl's form; libcurl reads them until the transfer ends.
    private(set) var lines: UnsafeMutablePointer<curl_slist>?

    private(set) var status = 0
    private(set) var fields: [HTTPClientField] = []
    private(set) var body: [UInt8] = []

    /// Why a callback ended the transfer, where it did.
    private(set) var failure: HTTPClientError?
    private(set) var isStopped = false

    private let bodyByteCountMax: Int
    private let headByteCountMax: Int
    private var headByteCount = 0
    private let next: (@Sendable () -> HTTPUploadPiece)?
    private var piece: [UInt8] = []
    private var position = 0

    init(request: HTTPClientRequest, configuration: HTTPClientConfiguration) {
        bodyByteCountMax = configuration.bodyByteCountMax
        headByteCountMax = configuration.headByteCountMax
        if case .upload(_, let next) = request.body { self.next = next } else { next = nil }
        // libcurl would wait a second for a go-ahead before larger bodies, and call any body a
        // form.
        append("Expect:")
        if !request.fields.contains(where: { $0.name.lowercased() == "content-type" }) {
            append("Content-Type:")
        }
        for field in request.fields {
            append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        if case .upload(nil, _) = request.body { append("Transfer-Encoding: chunked") }
    }

    deinit { curl_slist_free_all(lines) }

    private func append(_ line: String) { lines = curl_slist_append(lines, line) }

    /// Takes one header line; false ends the transfer.
    func receive(head line: UnsafeRawBufferPointer) -> Bool {
        headByteCount += line.count
        guard headByteCount <= headByteCountMax else {
            failure = .responseTooLarge(byteCountMax: headByteCountMax)
            return false
        }
        if line.starts(with: "HTTP/".utf8) {
            // A new head: what came before was an interim response such as 100.
            fields = []
            let digits = line.drop { $0 != 0x20 }.dropFirst().prefix(3)
            status = Int(String(decoding: digits, as: UTF8.self)) ?? 0
            return true
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return true }
        fields.append(
            HTTPClientField(Self.trimmed(line[..<colon]), Self.trimmed(line[(colon + 1)...])))
        return true
    }

    /// Takes part of the body; false ends the transfer.
    func receive(body part: UnsafeRawBufferPointer) -> Bool {
        if let onBytes, (200...299).contains(status) {
            isStopped = !onBytes(Array(part))
            return !isStopped
        }
        guard part.count <= bodyByteCountMax - body.count else {
            failure = .responseTooLarge(byteCountMax: bodyByteCountMax)
            return false
        }
        body.append(contentsOf: part)
        return true
    }

    /// Gives the next bytes to send; 0 at the end, nil if the upload failed.
    func send(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        while position == piece.count {
            switch next?() ?? .end {
            case .bytes(let bytes):
                piece = bytes
                position = 0
            case .end: return 0
            case .failed:
                failure = .uploadFailed
                return nil
            }
        }
        let count = min(buffer.count, piece.count - position)
        buffer.copyBytes(from: piece[position..<position + count])
        position += count
        return count
    }

    private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        var bytes = bytes.drop { $0 <= 0x20 }
        while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
