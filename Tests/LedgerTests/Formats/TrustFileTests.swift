import Base
import Encoding
import Ledger
import Testing

/// A trust file says what it founds, and refuses to say anything else.
struct TrustFileTests {
    private let trust: TrustFile

    init() throws { trust = TrustFile(genesis: try TestChain().genesis) }

    @Test func aTrustFileIsReadBackEqual() throws {
        #expect(try TrustFile(parsing: trust.text) == trust)
    }

    private func members() -> [JSONMember] {
        guard let value = try? JSONValue(parsing: trust.text), case .object(let members) = value
        else { return [] }
        return members
    }

    private func code(_ text: [UInt8]) -> String? {
        do throws(Refusal) {
            _ = try TrustFile(parsing: text)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func aWrongMissingOrUnknownMemberIsRefused() throws {
        let members = members()
        #expect(members.map(\.key) == ["format", "zone", "chain", "id", "genesis"])
        #expect(code(JSONValue.object(members).serialized()) == nil)
        for index in members.indices {
            var changed = members
            changed[index] = JSONMember(members[index].key, .string("x"))
            #expect(code(JSONValue.object(changed).serialized()) == "trust-file.malformed")
            changed[index] = JSONMember(members[index].key, .null)
            #expect(code(JSONValue.object(changed).serialized()) == "trust-file.malformed")
            changed.remove(at: index)
            #expect(code(JSONValue.object(changed).serialized()) == "trust-file.malformed")
        }
        let extra = members + [JSONMember("note", .string("x"))]
        #expect(code(JSONValue.object(extra).serialized()) == "trust-file.malformed")
    }

    @Test func everyTruncationIsRefused() {
        // The text ends with a brace and a line end; without the line end it is still whole.
        for count in 0..<trust.text.count - 2 {
            #expect(code(Array(trust.text[..<count])) == "trust-file.malformed")
        }
        #expect(code(trust.text + Array("{}".utf8)) == "trust-file.malformed")
        #expect(code([UInt8](repeating: 0x20, count: 2 << 20)) == "trust-file.malformed")
    }

    @Test func anotherGenesisDocumentIsAnotherChain() throws {
        let other = try TestChain(seed: 2).genesis
        var members = members()
        members[4] = JSONMember("genesis", .string(Base64URL.encode(other.encoded)))
        #expect(code(JSONValue.object(members).serialized()) == "trust-file.malformed")
    }
}
