package import Base
import Encoding
package import FHIRModel
package import Ledger

/// A body that is not what its route takes, with what to send instead.
package struct RequestBodyError: Error, Hashable, Sendable {
    let answer: APIError

    init(_ answer: APIError) { self.answer = answer }

    /// The HTTP status of the answer.
    package var status: Int { answer.status }
}

/// Bodies of requests, decoded from bytes alone: nothing here knows the node or who asks.
package enum RequestBodies {
    /// Transactions of one request.
    package static let transactionCount = 1024
    /// Bytes of a request that holds transactions.
    package static let bodyByteCount = 16 << 20

    /// A batch of transactions as CBOR or JSON; each is decoded later and refused on its own.
    ///
    /// - Returns: 1 to ``transactionCount`` byte strings, in the order of the body.
    package static func transactions(
        _ body: [UInt8], isJSON: Bool
    ) throws(RequestBodyError) -> [[UInt8]] {
        // An oversized transaction passes here: it is refused on its own, with its own sentence.
        let batch =
            isJSON
            ? try jsonTransactions(body)
            : try byteStrings(
                body, limit: transactionCount, each: bodyByteCount)
        guard (1...transactionCount).contains(batch.count) else {
            throw RequestBodyError(
                APIError(
                    400, "request.batch",
                    "Send 1 to \(transactionCount) transactions; split a larger batch.",
                    "每次请发送 1 到 \(transactionCount) 笔交易；更大的批次请拆分。"))
        }
        return batch
    }

    private static func jsonTransactions(_ body: [UInt8]) throws(RequestBodyError) -> [[UInt8]] {
        let elements = try json(body)["transactions"]?.elements ?? []
        let decoded = elements.map { $0.stringValue.flatMap { Base64URL.decode($0) } }
        let batch = decoded.compactMap(\.self)
        guard batch.count == decoded.count else {
            throw .parameter("transactions", "base64url strings", " base64url 字符串")
        }
        return batch
    }

    /// One deterministic CBOR array of at most `limit` byte strings of at most `each` bytes.
    package static func byteStrings(
        _ body: [UInt8], limit: Int, each: Int
    ) throws(RequestBodyError) -> [[UInt8]] {
        do throws(CBORError) {
            var reader = try CBORReader(
                body, limits: CBORLimits(byteCount: 64 << 20, depth: 4, elementCount: limit))
            let strings = try reader.list(atMost: limit) { (reader) throws(CBORError) in
                try reader.byteString(atMost: each)
            }
            try reader.finish()
            return strings
        } catch {
            throw RequestBodyError(
                APIError(
                    400, "request.cbor",
                    "The body must be one deterministic CBOR array of at most \(limit) byte "
                        + "strings of at most \(each) bytes (\(error)).",
                    "请求体必须是最多 \(limit) 个字节串的确定性 CBOR 数组，每个最多 \(each) 字节（\(error)）。"))
        }
    }

    /// What `/v1/reads` takes: whose records, which of them, and what for.
    package static func read(_ body: [UInt8]) throws(RequestBodyError) -> ReadRequest {
        let body = try json(body)
        guard let owner = body["owner"]?.stringValue.flatMap({ AccountID($0) }) else {
            throw .parameter("owner", "an account of 64 hexadecimal digits", "64 位十六进制账户")
        }
        let texts = (body["records"]?.elements ?? []).map { $0.stringValue ?? "" }
        let records = texts.compactMap { Hex.decode($0).flatMap { Hash256($0) } }
        guard records.count == texts.count else {
            throw .parameter("records", "a list of records", "记录列表")
        }
        guard let purpose = body["purpose"]?.stringValue.flatMap({ Purpose(code: $0) }) else {
            throw RequestBodyError(.purpose)
        }
        return ReadRequest(owner: owner, records: records, purpose: purpose)
    }

    /// Any JSON within the limits of a request.
    static func json(_ body: [UInt8]) throws(RequestBodyError) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: body, limits: .request)
        } catch {
            throw RequestBodyError(APIError(400, error.refusal(in: body)))
        }
    }
}

/// A request to read records of one owner.
package struct ReadRequest: Hashable, Sendable {
    package let owner: AccountID
    package let records: [Hash256]
    package let purpose: Purpose
}

extension RequestBodyError {
    fileprivate static func parameter(
        _ name: String, _ expected: String, _ chinese: String
    ) -> RequestBodyError {
        RequestBodyError(.parameter(name, expected, chinese))
    }
}
