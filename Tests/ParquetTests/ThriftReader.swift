/// What a value of Thrift's compact protocol holds; booleans do not stand in what we write.
indirect enum ThriftValue: Hashable {
    case number(Int)
    case binary([UInt8])
    case list([ThriftValue])
    case structure([Int: ThriftValue])

    var number: Int? {
        guard case .number(let number) = self else { return nil }
        return number
    }

    var bytes: [UInt8]? {
        guard case .binary(let bytes) = self else { return nil }
        return bytes
    }

    var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    var elements: [ThriftValue] {
        guard case .list(let elements) = self else { return [] }
        return elements
    }

    subscript(_ field: Int) -> ThriftValue? {
        guard case .structure(let fields) = self else { return nil }
        return fields[field]
    }
}

/// Reads Thrift's compact protocol into values, without knowing what the fields mean.
struct ThriftReader {
    struct Failure: Error {
        let reason: String
    }

    let bytes: [UInt8]
    var position: Int

    mutating func byte() throws -> UInt8 {
        guard bytes.indices.contains(position) else { throw Failure(reason: "the end") }
        position += 1
        return bytes[position - 1]
    }

    mutating func varint() throws -> UInt64 {
        var (value, shift) = (UInt64(0), UInt64(0))
        while true {
            let byte = try byte()
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    mutating func structure() throws -> ThriftValue {
        var fields: [Int: ThriftValue] = [:]
        var field = 0
        while case let head = try byte(), head != 0 {
            guard head >> 4 != 0 else { throw Failure(reason: "a field in the long form") }
            field += Int(head >> 4)
            fields[field] = try value(head & 0x0F)
        }
        return .structure(fields)
    }

    private mutating func value(_ kind: UInt8) throws -> ThriftValue {
        switch kind {
        case 5, 6:
            let raw = try varint()
            return .number(Int(bitPattern: UInt(raw >> 1)) ^ -Int(raw & 1))
        case 8:
            let count = Int(try varint())
            defer { position += count }
            return .binary(Array(bytes[position..<position + count]))
        case 9:
            let head = try byte()
            let count = head >> 4 == 15 ? Int(try varint()) : Int(head >> 4)
            return .list(try (0..<count).map { _ in try value(head & 0x0F) })
        case 12: return try structure()
        default: throw Failure(reason: "a field of kind \(kind)")
        }
    }
}
