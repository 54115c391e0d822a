import Base
import Encoding
import FHIRModel
import HTTPServer
import Keys
import Ledger
import Membership
import Node
import Storage

/// Who is a member, and the public keys to which records are sealed.
struct MemberRoutes {
    let node: Node

    private static let institution = Schema.object(
        ("account", Schema.hash), ("name", Schema.string), ("code", Schema.string),
        ("kind", Schema.choice(InstitutionKind.allCases.map { "\($0)" })),
        ("status", Schema.choice(MemberStatus.allCases.map { "\($0)" })))

    var all: [Route] {
        [
            Route(
                method: .get, path: "/v1/institutions", access: .everyone,
                summary: "The institutions of the zone.",
                gives: [
                    .json(Schema.object(("institutions", Schema.list(Self.institution))))
                ],
                handle: institutions),
            Route(
                method: .get, path: "/v1/accounts/{account}", access: .everyone,
                summary: "What an account is, whether it may act, and the key to seal to.",
                parameters: [.path("account", Schema.hash, "The account.")],
                gives: [
                    .json(
                        Schema.loose(
                            ("account", Schema.hash), ("kind", Schema.string),
                            ("status", Schema.string), ("institution", Schema.hash),
                            ("roles", Schema.list(Schema.string)), ("name", Schema.string),
                            ("reading_key", Schema.bytes)))
                ],
                refusals: [(404, "The account is not a member.")],
                handle: account),
            Route(
                method: .get, path: "/v1/keys/{owner}/{domain}", access: .everyone,
                summary: "The owner's key of a domain: the newest epoch, or the one asked for.",
                parameters: [
                    .path("owner", Schema.hash, "The owner's account."),
                    .path("domain", Schema.choice(Domain.allCases.map(\.code)), "The domain."),
                    .query("epoch", Schema.number, "An older epoch."),
                ],
                gives: [.json(Schema.object(("epoch", Schema.number), ("key", Schema.bytes)))],
                refusals: [(404, "The owner has published no such key.")],
                handle: key),
        ]
    }

    private func institutions(_ exchange: Exchange) throws(APIError) {
        do throws(StorageError) {
            let state = try node.state()
            let found = try Directory.institutions(limit: 10_000, in: state)
            exchange.reply([
                "institutions": .array(
                    found.map { account, institution in
                        [
                            "account": .string(account.description),
                            "name": .string(institution.name), "code": .string(institution.code),
                            "kind": .string("\(institution.kind)"),
                            "status": .string("\(institution.status)"),
                        ]
                    })
            ])
        } catch {
            throw APIError(503, error.refusal)
        }
    }

    private func account(_ exchange: Exchange) throws(APIError) {
        let account = try exchange.account("account")
        let members: [JSONMember]?
        do throws(StorageError) {
            members = try describe(account, try node.state())
        } catch {
            throw APIError(503, error.refusal)
        }
        guard let members else {
            throw APIError(
                404, "account.unknown",
                "The account is not a member of this zone. Check it, or have it enrolled.",
                "该账户不是本区成员。请核对，或先登记。")
        }
        exchange.reply(.object([JSONMember("account", .string(account.description))] + members))
    }

    private func describe(
        _ account: AccountID, _ state: any StateReader
    ) throws(StorageError) -> [JSONMember]? {
        func kind(_ kind: JSONValue, _ status: MemberStatus) -> [JSONMember] {
            [JSONMember("kind", kind), JSONMember("status", .string("\(status)"))]
        }
        func sealing(_ key: [UInt8]) -> JSONMember {
            JSONMember("reading_key", .string(Base64URL.encode(key)))
        }
        if let found = try Directory.practitioner(account, in: state) {
            return kind("practitioner", found.status) + [
                JSONMember("institution", .string(found.institution.description)),
                JSONMember("roles", .array(found.roles.map { .string("\($0)") })),
                sealing(found.readingKey),
            ]
        }
        if let found = try Directory.institution(account, in: state) {
            return kind("institution", found.status) + [
                JSONMember("name", .string(found.name)), sealing(found.readingKey),
            ]
        }
        if let found = try Directory.resident(account, in: state) {
            return kind("resident", found.status) + [
                JSONMember("institution", .string(found.registrar.description))
            ]
        }
        if account == node.configuration.genesis.authority {
            return kind("authority", .active)
        }
        return nil
    }

    private func key(_ exchange: Exchange) throws(APIError) {
        let owner = try exchange.account("owner")
        guard let domain = Domain(code: exchange.pathValue("domain")) else {
            throw .parameter("domain", "a domain's code, such as `medical`", "数据域代码，如 `medical`")
        }
        let wanted = try exchange.number("epoch", default: 0)
        do throws(StorageError) {
            let state = try node.state()
            let found: (epoch: UInt64, key: DomainKey)?
            if wanted == 0 {
                found = try DomainKeys.currentKey(owner, domain: domain.rawValue, in: state)
            } else {
                found = try DomainKeys.key(
                    owner, domain: domain.rawValue, epoch: wanted, in: state
                ).map { (wanted, $0) }
            }
            guard let found else {
                exchange.reply(
                    APIError(
                        404, "keys.unknown",
                        "The owner has published no key for this domain and epoch.",
                        "所有者未发布该数据域与周期的密钥。"))
                return
            }
            exchange.reply([
                "epoch": .integer(found.epoch),
                "key": .string(Base64URL.encode(found.key.publicKey)),
            ])
        } catch {
            throw APIError(503, error.refusal)
        }
    }
}
