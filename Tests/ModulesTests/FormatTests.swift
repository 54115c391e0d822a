import Audit
import Base
import Consent
import ContractKit
import Cryptography
import Encoding
import FHIRModel
import Governance
import Keys
import Ledger
import Membership
import Records
import Testing

/// One value of each format, with every optional part present in one sample and absent in another.
private struct Sample: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    /// Decodes and encodes again.
    let reencode: @Sendable ([UInt8]) throws(CBORError) -> [UInt8]

    init<Value: CBORCodable>(_ value: Value) {
        name = "\(Value.self)"
        bytes = value.encoded
        reencode = { (bytes) throws(CBORError) in try Value(decoding: bytes).encoded }
    }

    var testDescription: String { name }
}

@Suite("Rows and arguments")
struct FormatTests {
    @Test("have one encoding that decodes to itself", arguments: samples)
    fileprivate func roundTrip(_ sample: Sample) throws {
        #expect(try sample.reencode(sample.bytes) == sample.bytes)
    }

    @Test("refuse every cut and every addition", arguments: samples)
    fileprivate func cuts(_ sample: Sample) {
        for count in sample.bytes.indices {
            #expect(throws: CBORError.self) {
                try sample.reencode(Array(sample.bytes.prefix(count)))
            }
        }
        #expect(throws: CBORError.self) { try sample.reencode(sample.bytes + [0]) }
    }

    @Test(
        "decode any changed byte to what encodes to the same bytes, or to nothing",
        arguments: samples)
    fileprivate func changes(_ sample: Sample) {
        var random = SplitMix64(seed: 11)
        for index in sample.bytes.indices {
            for _ in 0..<8 {
                var changed = sample.bytes
                changed[index] = UInt8.random(in: 0...255, using: &random)
                if let again = try? sample.reencode(changed) { #expect(again == changed) }
            }
        }
    }

    @Test("refuse values outside of their ranges", arguments: outside)
    fileprivate func ranges(_ sample: Outside) {
        #expect(throws: CBORError.self, "\(sample.what)") { try sample.decode() }
    }

    fileprivate struct Outside: Sendable, CustomTestStringConvertible {
        let what: String
        let decode: @Sendable () throws -> Void

        /// Encodes a value that should not exist and decodes it.
        init<Value: CBORCodable>(_ what: String, _ value: Value) {
            self.what = what
            decode = { _ = try Value(decoding: value.encoded) }
        }

        var testDescription: String { what }
    }

    private static let account = AccountID(.zero)
    private static let time = Timestamp(milliseconds: 1_772_323_200_000)
    private static let scope = GrantScope(domains: [.medical, .genome], purposes: [.treatment])
    private static let key32 = [UInt8](repeating: 1, count: 32)
    private static let content = RecordContent(
        commitment: .zero, body: .zero, envelope: .zero, epoch: 3)
    private static let codeKey = CodeKey(domain: .medical, epoch: 2, sealed: [1])
    private static let change = StatusChange(
        status: .suspended, reason: .test, setBy: account, height: 7)
    private static let admission = StatusChange(
        status: .active, reason: nil, setBy: account, height: 1)
    private static let read = ReadEvent(
        event: .zero, reader: account, institution: account, allowed: false, reasons: [.test],
        purpose: .research, domain: .genome, records: [.zero], grant: .zero, time: time)
    private static let plainRead = ReadEvent(
        event: .zero, reader: account, institution: nil, allowed: true, reasons: [.test],
        purpose: .treatment, domain: nil, records: [], grant: nil, time: time)

    private static func offer(full: Bool) -> CodeOffer {
        CodeOffer(
            bound: full ? account : nil, scope: scope, redeemUntil: time, grantSeconds: 60,
            readLimit: full ? 5 : nil, keys: full ? [codeKey] : [])
    }

    fileprivate static let samples: [Sample] =
        membership + keysAndRecords + consent + audit + governance

    private static let membership: [Sample] = [
        Sample(Zone(name: "Zhejiang 浙江")), Sample(change), Sample(admission),
        Sample(
            Institution(
                name: "H", code: Codes.hospital, kind: .pharmacy, readingKey: key32, since: 1,
                change: change)),
        Sample(
            Practitioner(
                institution: account, licence: .zero, roles: [.nurse, .physician],
                readingKey: key32, since: 2, change: change)),
        Sample(
            Resident(
                registrar: account, identity: .zero, assurance: .declared, host: account,
                since: 3, change: admission)),
        Sample(
            Resident(
                registrar: account, identity: .zero, assurance: .checkedWithRegister, host: nil,
                since: 3, change: admission)),
        Sample(MembershipContract.Found(name: "Z")),
        Sample(
            MembershipContract.AdmitInstitution(
                account: account, name: "H", code: "C", kind: .other, readingKey: key32)),
        Sample(
            MembershipContract.SetStatus(account: account, status: .revoked, reason: .test)),
        Sample(
            MembershipContract.RegisterPractitioner(
                account: account, licence: .zero, roles: [.carer], readingKey: key32)),
        Sample(
            MembershipContract.EnrolResident(
                account: account, identity: .zero, assurance: .declared, host: account)),
        Sample(MembershipContract.RotateKeys(keys: [])),
        Sample(MembershipContract.ReplaceReadingKey(readingKey: key32)),
        Sample(MembershipContract.MoveWallet(host: nil)),
        Sample(MembershipContract.MoveWallet(host: account)),
    ]

    private static let keysAndRecords: [Sample] = [
        Sample(CurrentEpoch(epoch: 1)), Sample(DomainKey(publicKey: key32)),
        Sample(KeyGrant(sealed: [1, 2], consent: .zero)),
        Sample(KeysContract.Publish(domain: 12, epoch: 300, key: key32)),
        Sample(
            KeysContract.GrantKeys(
                domain: 1, epoch: 1, grantee: account, sealed: [1], consent: .zero)),
        Sample(KeysContract.Withdraw(domain: 255, epoch: .max, grantee: account)),
        Sample(RecordHold(reason: .test, until: time)),
        Sample(RecordItem(domain: .medical, writer: account, versions: 1)),
        Sample(
            RecordItem(
                domain: .directory, writer: account, versions: 2,
                hold: RecordHold(reason: .test, until: time),
                erasure: RecordErasure(reason: .test, erasedBy: account, height: 9))),
        Sample(
            RecordVersion(
                content: content, writer: account, height: 1, transaction: TransactionID(.zero))),
        Sample(
            RecordsContract.Write(
                owner: account, record: .zero, domain: .imaging, content: content)),
        Sample(RecordsContract.Amend(owner: account, record: .zero, content: content)),
        Sample(RecordsContract.Erase(owner: account, record: .zero, reason: .test)),
        Sample(
            RecordsContract.Hold(
                owner: account, record: .zero, hold: RecordHold(reason: .test, until: time))),
        Sample(RecordsContract.Release(owner: account, record: .zero)),
    ]

    private static let consent: [Sample] = [
        Sample(scope), Sample(codeKey),
        Sample(GrantRecipient.person(account)), Sample(GrantRecipient.institution(account)),
        Sample(GrantRecipient.role(.nurse)),
        Sample(
            Grant(
                effect: .permit, recipient: .role(.nurse), scope: scope, from: time, until: time,
                readLimit: 3, readsUsed: 2, status: .revoked, code: account)),
        Sample(
            Grant(
                effect: .deny, recipient: .person(account), scope: scope, from: time,
                until: time)),
        Sample(offer(full: true)), Sample(offer(full: false)),
        Sample(
            AccessCode(
                owner: account, offer: offer(full: true), status: .redeemed,
                redemption: Redemption(practitioner: account, grant: .zero))),
        Sample(
            AccessCode(
                owner: account, offer: offer(full: false), status: .cancelled, redemption: nil)),
        Sample(
            ConsentContract.GrantConsent(
                id: .zero, effect: .permit, recipient: .institution(account), scope: scope,
                from: time, until: time, readLimit: 4)),
        Sample(ConsentContract.Revoke(grant: .zero)),
        Sample(ConsentContract.IssueCode(code: account, offer: offer(full: true))),
        Sample(ConsentContract.NameCode(code: account)),
        Sample(ConsentContract.ConsumeRead(owner: account, grant: .zero, count: 1)),
    ]

    private static let audit: [Sample] = [
        Sample(AuditRow(node: account, transaction: TransactionID(.zero), read: read)),
        Sample(AuditRow(node: account, transaction: TransactionID(.zero), read: plainRead)),
        Sample(AuditPlace(owner: account, sequence: 1)),
        Sample(AuditContract.AuditEvent(owner: account, read: read)),
        Sample(
            AuditContract.Record(events: [
                AuditContract.AuditEvent(owner: account, read: read),
                AuditContract.AuditEvent(owner: account, read: plainRead),
            ])),
    ]

    private static let validator: Validator = {
        guard let key = try? PublicKey(suite: .ed25519, bytes: key32) else {
            preconditionFailure("32 bytes are a key")
        }
        return Validator(account: account, key: key, weight: 300)
    }()
    private static let steps: [SetChange] = [
        .add(validator), .remove(account), .rekey(account, validator.key), .reweigh(account, 2),
    ]
    private static let signature = [UInt8](repeating: 3, count: 64)

    private static let governance: [Sample] =
        steps.map { Sample($0) } + [
            Sample(
                Proposal(
                    proposer: account, kind: .scheduled, changes: steps, height: 7,
                    approvals: [account], rejections: [account], isAuthorised: true,
                    status: .superseded)),
            Sample(
                Proposal(proposer: account, kind: .rotation, changes: [steps[2]], height: 300)),
            Sample(
                ReadyRecord(
                    height: 300, stateRoot: .zero, signature: signature, received: 301)),
            Sample(GovernanceContract.Propose(changes: steps)),
            Sample(GovernanceContract.EmergencyRemove(accounts: [account])),
            Sample(GovernanceContract.Rotate(key: validator.key)),
            Sample(GovernanceContract.NameProposal(proposal: .zero)),
            Sample(
                GovernanceContract.Ready(
                    proposal: .zero, height: 300, stateRoot: .zero, signature: signature)),
        ]

    fileprivate static let outside: [Outside] = {
        func event(reasons: [ReasonCode], records: Int) -> AuditContract.AuditEvent {
            AuditContract.AuditEvent(
                owner: account,
                read: ReadEvent(
                    event: .zero, reader: account, institution: nil, allowed: true,
                    reasons: reasons, purpose: .treatment, domain: nil,
                    records: Array(repeating: .zero, count: records), grant: nil, time: time))
        }
        let keys65 = Array(repeating: codeKey, count: ConsentLimits.codeKeyCount + 1)
        return [
            Outside(
                "a domain key of domain 0", KeysContract.Publish(domain: 0, epoch: 1, key: key32)),
            Outside("a key of 31 bytes", KeysContract.Publish(domain: 1, epoch: 1, key: [1])),
            Outside("an empty seal", KeyGrant(sealed: [], consent: .zero)),
            Outside(
                "a seal of 513 bytes",
                KeyGrant(sealed: [UInt8](repeating: 0, count: 513), consent: .zero)),
            Outside(
                "no role",
                MembershipContract.RegisterPractitioner(
                    account: account, licence: .zero, roles: [], readingKey: key32)),
            Outside(
                "nine roles",
                MembershipContract.RegisterPractitioner(
                    account: account, licence: .zero,
                    roles: Array(PractitionerRole.allCases.prefix(9)), readingKey: key32)),
            Outside(
                "a name of 201 bytes",
                MembershipContract.Found(
                    name: String(repeating: "a", count: 201))),
            Outside("no domain", GrantScope(domains: [], purposes: [.treatment])),
            Outside("no purpose", GrantScope(domains: [.medical], purposes: [])),
            Outside(
                "no read",
                ConsentContract.ConsumeRead(
                    owner: account, grant: .zero, count: 0)),
            Outside(
                "65 keys of a code",
                CodeOffer(
                    bound: nil, scope: scope, redeemUntil: time, grantSeconds: 1, readLimit: nil,
                    keys: keys65)),
            Outside(
                "a code's seal of 257 bytes",
                CodeKey(
                    domain: .medical, epoch: 1, sealed: [UInt8](repeating: 0, count: 257))),
            Outside("a weight of zero", SetChange.reweigh(account, 0)),
            Outside(
                "a weight beyond 2³²", SetChange.reweigh(account, ValidatorSet.weightLimit + 1)),
            Outside(
                "65 steps",
                GovernanceContract.Propose(
                    changes: Array(repeating: .remove(account), count: 65))),
            Outside(
                "a signature of 63 bytes",
                GovernanceContract.Ready(
                    proposal: .zero, height: 1, stateRoot: .zero,
                    signature: Array(signature.dropFirst()))),
            Outside("no event", AuditContract.Record(events: [])),
            Outside(
                "65 events",
                AuditContract.Record(
                    events: Array(repeating: event(reasons: [.test], records: 0), count: 65))),
            Outside("a read without reason", event(reasons: [], records: 0)),
            Outside(
                "a read with nine reasons",
                event(
                    reasons: Array(repeating: .test, count: 9), records: 0)),
            Outside("a read of 65 records", event(reasons: [.test], records: 65)),
        ]
    }()
}
