/// A request target taken apart: decoded path and decoded query.
///
/// Source: RFC 9112 §3.2 (origin-form, absolute-form, and `*` for OPTIONS).
struct HTTPTarget: Hashable, Sendable {
    let path: String
    let query: [HTTPParameter]

    init(_ raw: some Collection<UInt8>, parameterCountMax: Int) throws(HTTPRefusal) {
        var raw = Array(raw)[...]
        if raw.elementsEqual("*".utf8) {
            path = "*"
            query = []
            return
        }
        if raw.first != UInt8(ascii: "/") { try Self.dropOrigin(&raw) }
        if raw.contains(UInt8(ascii: "#")) { throw .malformedTarget }
        let mark = raw.firstIndex(of: UInt8(ascii: "?"))
        path = try Self.path(raw[..<(mark ?? raw.endIndex)])
        query =
            try mark.map { mark throws(HTTPRefusal) in
                try Self.query(raw[(mark + 1)...], parameterCountMax: parameterCountMax)
            } ?? []
    }

    /// Drops `http://authority` from an absolute-form target.
    private static func dropOrigin(_ raw: inout ArraySlice<UInt8>) throws(HTTPRefusal) {
        for scheme in ["http://", "https://"] {
            let prefix = raw.prefix(scheme.utf8.count).map(HTTPHeaders.lowercased)
            guard prefix.elementsEqual(scheme.utf8) else { continue }
            raw = raw.dropFirst(prefix.count)
            let end = raw.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
            guard raw.startIndex != (end ?? raw.endIndex) else { throw .malformedTarget }
            raw = end.map { raw[$0...] } ?? []
            if raw.first != UInt8(ascii: "/") { raw = [UInt8(ascii: "/")] + raw }
            return
        }
        throw .malformedTarget
    }

    private static func path(_ raw: ArraySlice<UInt8>) throws(HTTPRefusal) -> String {
        var path = ""
        var rest = raw.dropFirst()
        while true {
            let end = rest.firstIndex(of: UInt8(ascii: "/"))
            guard let segment = PercentDecoding.segment(rest[..<(end ?? rest.endIndex)])
            else { throw .malformedTarget }
            path += "/"
            path += segment
            guard let end else { return path }
            // An empty segment is fine at the end (a trailing slash) and nowhere else.
            if segment.isEmpty { throw .malformedTarget }
            rest = rest[(end + 1)...]
        }
    }

    private static func query(
        _ raw: ArraySlice<UInt8>, parameterCountMax: Int
    ) throws(HTTPRefusal) -> [HTTPParameter] {
        var parameters: [HTTPParameter] = []
        for pair in raw.split(separator: UInt8(ascii: "&")) {
            if parameters.count == parameterCountMax {
                throw .tooManyParameters(countMax: parameterCountMax)
            }
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            guard let name = PercentDecoding.parameter(pair[..<(equals ?? pair.endIndex)]),
                let value = PercentDecoding.parameter(equals.map { pair[($0 + 1)...] } ?? [])
            else { throw .malformedTarget }
            parameters.append(HTTPParameter(name, value))
        }
        return parameters
    }
}
