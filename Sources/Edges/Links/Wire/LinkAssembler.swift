/// Puts the pieces of one priority's messages together, up to the limit of a message.
struct LinkAssembler {
    private let byteCountMax: Int
    private var parts: [UInt8] = []

    init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

    /// Bytes of a message that is not whole yet.
    var byteCount: Int { parts.count }

    /// Adds a piece; the whole message when it was the last.
    mutating func add(_ piece: [UInt8], isLast: Bool) throws(LinkFault) -> [UInt8]? {
        guard parts.count + piece.count <= byteCountMax else { throw .oversized }
        guard isLast else {
            parts += piece
            return nil
        }
        if parts.isEmpty { return piece }
        // An empty last piece would be a second way to cut the same message.
        guard !piece.isEmpty else { throw .malformedFrame }
        defer { parts = [] }
        return parts + piece
    }
}
