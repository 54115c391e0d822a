package import Base
package import Consent
import Cryptography
package import Encoding
package import FHIRModel
package import HTTPClient
package import Ledger
import Membership

/// A node over HTTP: the API's answers, read strictly.
package final class HTTPPort: LedgerPort, ReceiptPort {
    /// Times that a transaction is asked for until it is final, and the milliseconds between.
    private static let (pollAttempts, pollPause): (Int, UInt32) = (600, 50)

    private let connection: GatewayConnection

    /// A port to a URL such as `http://127.0.0.1:8080`, without a slash at the end.
    ///
    /// Bodies and reads are asked for in the signer's name; without one, public data only. Nothing
    /// is signed for a node of another chain than the expected one.
    package init(
        url: String, signer: Signer?, expecting chain: Hash256? = nil,
        client: HTTPClient = HTTPClient()
    ) {
        connection = GatewayConnection(
            url: url, signer: signer, expecting: chain, client: client)
    }

    /// A public or signed-in GET; the body as it came.
    package func get(_ path: String, signedIn: Bool = false) throws(PortError) -> [UInt8] {
        try connection.send("GET", path, signedIn: signedIn).body
    }

    /// A public or signed-in GET of a JSON answer.
    package func json(_ path: String, signedIn: Bool = false) throws(PortError) -> JSONValue {
        try GatewayConnection.parse(get(path, signedIn: signedIn))
    }

    /// The JSON answer to a request with a body.
    func post(
        _ path: String, type: String, _ body: [UInt8], signedIn: Bool,
        accepting statuses: Set<Int> = [], isRepeatable: Bool
    ) throws(PortError) -> JSONValue {
        let response = try connection.send(
            "POST", path, type: type, body: body, signedIn: signedIn, accepting: statuses,
            isRepeatable: isRepeatable)
        return try GatewayConnection.parse(response.body)
    }

    /// A signed-in POST of an empty object, for what a node does by itself.
    func requestWork(_ path: String) throws(PortError) {
        _ = try post(
            path, type: "application/json", Array("{}".utf8), signedIn: true, isRepeatable: true)
    }

    // MARK: LedgerPort

    package func chain() throws(PortError) -> ChainFacts {
        let zone = try json("/v1/zone")
        guard let chain = zone["chain"]?.hashValue256, let height = zone["height"]?.unsignedValue
        else { throw .unexpected("the zone") }
        return ChainFacts(
            chain: chain, height: height,
            time: zone["time"]?.timeValue ?? Timestamp(milliseconds: 0))
    }

    package func store(_ blobs: [[UInt8]]) throws(PortError) -> [Hash256] {
        let answer = try post(
            "/v1/bodies", type: "application/cbor", Self.array(blobs), signedIn: true,
            isRepeatable: true)
        let addresses = (answer["addresses"]?.elements ?? []).compactMap(\.hashValue256)
        guard addresses.count == blobs.count else { throw .unexpected("the addresses") }
        return addresses
    }

    private static func array(_ items: [[UInt8]]) -> [UInt8] {
        var writer = CBORWriter(reservingCapacity: items.reduce(16) { $0 + $1.count + 8 })
        writer.list(items) { $0.byteString($1) }
        return writer.bytes
    }

    package func submit(
        _ transactions: [SignedTransaction]
    ) throws(PortError) -> [TransactionVerdict] {
        let answer = try post(
            "/v1/transactions?wait=final", type: "application/cbor",
            Self.array(transactions.map(\.bytes)), signedIn: false, isRepeatable: true)
        let results = answer["results"]?.elements ?? []
        guard results.count == transactions.count else { throw .unexpected("the results") }
        var verdicts: [TransactionVerdict] = []
        for (transaction, result) in zip(transactions, results) {
            verdicts.append(try verdict(result, of: transaction.id))
        }
        return verdicts
    }

    private func verdict(
        _ result: JSONValue, of id: TransactionID
    ) throws(PortError) -> TransactionVerdict {
        func refusal(_ code: String) -> Refusal {
            let english = result["message"]?.stringValue ?? code
            return Refusal(code, english, result["message_zh"]?.stringValue ?? english)
        }
        switch result["status"]?.stringValue {
        case "received": return TransactionVerdict(id: id, outcome: .received)
        case "refused":
            let code = result["code"]?.stringValue ?? "transaction.refused"
            // What was sent before counts as what became of it then.
            if code == "transaction.duplicate", let known = try settled(id) {
                return try verdict(known, of: id)
            }
            return TransactionVerdict(id: id, outcome: .refused(refusal(code)))
        case "final":
            guard let height = result["height"]?.unsignedValue,
                let index = result["index"]?.unsignedValue
            else { throw .unexpected("a result") }
            let failure = result["failure"]?.stringValue.map(refusal)
            return TransactionVerdict(
                id: id, outcome: .final(height: height, index: index, failure: failure))
        default: throw .unexpected("a result's status")
        }
    }

    /// The status of a transaction that the node has, once it is final; nil when it never will be.
    private func settled(_ id: TransactionID) throws(PortError) -> JSONValue? {
        for _ in 0..<Self.pollAttempts {
            let known = try json("/v1/transactions/\(id)")
            switch known["status"]?.stringValue {
            case "final": return known
            case "received": Pause.milliseconds(Self.pollPause)
            default: return nil
            }
        }
        throw .busy
    }

    package func member(_ account: AccountID) throws(PortError) -> MemberFacts? {
        let answer: JSONValue
        do throws(PortError) {
            answer = try json("/v1/accounts/\(account)")
        } catch {
            if case .refused(_, status: 404) = error { return nil }
            throw error
        }
        guard let kind = answer["kind"]?.stringValue.flatMap({ MemberFacts.Kind(rawValue: $0) }),
            let status = MemberStatus.allCases.first(where: {
                "\($0)" == answer["status"]?.stringValue
            })
        else { throw .unexpected("the member") }
        let roles = (answer["roles"]?.elements ?? []).compactMap { role in
            PractitionerRole.allCases.first { "\($0)" == role.stringValue }
        }
        return MemberFacts(
            kind: kind, status: status,
            institution: answer["institution"]?.stringValue.flatMap { AccountID($0) },
            roles: roles,
            readingKey: answer["reading_key"]?.stringValue.flatMap { Base64URL.decode($0) },
            name: answer["name"]?.stringValue)
    }

    package func domainKey(
        of owner: AccountID, _ domain: Domain, epoch: UInt64?
    ) throws(PortError) -> PublishedKey? {
        let query = epoch.map { "?epoch=\($0)" } ?? ""
        let answer: JSONValue
        do throws(PortError) {
            answer = try json("/v1/keys/\(owner)/\(domain.code)\(query)")
        } catch {
            if case .refused(_, status: 404) = error { return nil }
            throw error
        }
        guard let epoch = answer["epoch"]?.unsignedValue,
            let key = answer["key"]?.stringValue.flatMap({ Base64URL.decode($0) })
        else { throw .unexpected("the key") }
        return PublishedKey(epoch: epoch, key: key)
    }

    package func records(
        of owner: AccountID, domain: Domain?, purpose: Purpose, after: Hash256?
    ) throws(PortError) -> (records: [RecordFacts], next: Hash256?) {
        var path = "/v1/records?owner=\(owner)&purpose=\(purpose.code)"
        if let domain { path += "&domain=\(domain.code)" }
        if let after { path += "&after=\(after)" }
        let answer = try json(path, signedIn: true)
        var records: [RecordFacts] = []
        for element in answer["records"]?.elements ?? [] {
            guard let record = element["record"]?.hashValue256,
                let domain = element["domain"]?.stringValue.flatMap({ Domain(code: $0) }),
                let versions = element["versions"]?.unsignedValue,
                let writer = element["writer"]?.stringValue.flatMap({ AccountID($0) })
            else { throw .unexpected("a record") }
            records.append(
                RecordFacts(record: record, domain: domain, versions: versions, writer: writer))
        }
        return (records, answer["next"]?.hashValue256)
    }

    package func read(
        _ records: [Hash256], of owner: AccountID, purpose: Purpose
    ) throws(PortError) -> [ServedRecord] {
        let request: JSONValue = [
            "owner": .string(owner.description),
            "records": .array(records.map { .string($0.description) }),
            "purpose": .string(purpose.code),
        ]
        // 403 carries the decision about each record.
        // Asking twice would count the read twice.
        let answer = try post(
            "/v1/reads", type: "application/json", request.serialized(), signedIn: true,
            accepting: [403], isRepeatable: false)
        var served: [ServedRecord] = []
        for result in answer["results"]?.elements ?? [] {
            guard let record = ServedRecordJSON.record(result, owner: owner) else {
                throw .unexpected("a read")
            }
            served.append(record)
        }
        guard served.count == records.count else { throw .unexpected("the reads") }
        return served
    }

    package func accessCode(_ account: AccountID) throws(PortError) -> AccessCodeFacts? {
        let answer: JSONValue
        do throws(PortError) {
            answer = try json("/v1/access-codes/\(account)", signedIn: true)
        } catch {
            if case .refused(_, status: 404) = error { return nil }
            throw error
        }
        guard let owner = answer["owner"]?.stringValue.flatMap({ AccountID($0) }) else {
            throw .unexpected("the access code")
        }
        let keys = (answer["keys"]?.elements ?? []).compactMap { key -> AccessCodeFacts.Key? in
            guard let domain = key["domain"]?.stringValue.flatMap({ Domain(code: $0) }),
                let epoch = key["epoch"]?.unsignedValue,
                let sealed = key["sealed"]?.stringValue.flatMap({ Base64URL.decode($0) })
            else { return nil }
            return AccessCodeFacts.Key(domain: domain, epoch: epoch, sealed: sealed)
        }
        return AccessCodeFacts(owner: owner, keys: keys)
    }

    package func redeem(
        _ transaction: SignedTransaction
    ) throws(PortError) -> TransactionVerdict {
        let answer = try post(
            "/v1/access-codes/redeem", type: "application/cbor", transaction.bytes,
            signedIn: true, isRepeatable: false)
        return try verdict(answer, of: transaction.id)
    }

    package func consents(of owner: AccountID) throws(PortError) -> [ListedGrant] {
        let answer = try json("/v1/consents?owner=\(owner)", signedIn: true)
        var grants: [ListedGrant] = []
        for element in answer["grants"]?.elements ?? [] {
            guard let grant = GrantParsing.grant(element) else { throw .unexpected("a consent") }
            grants.append(grant)
        }
        return grants
    }

    package func receipt(
        of transaction: TransactionID, stateKeys: [[UInt8]]
    ) throws(PortError) -> [UInt8] {
        let query = stateKeys.map { "state=\(Hex.encode($0))" }.joined(separator: "&")
        return try get("/v1/receipts/\(transaction)" + (query.isEmpty ? "" : "?\(query)"))
    }
}
