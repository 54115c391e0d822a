@testable import Agent
import Base
import Cryptography
import Encoding
import FHIRModel
import Ledger
import Testing

struct RecordSealingTests {
    private let random = SeededRandom(seed: 11)
    private let owner: KeyAgreementKey
    private let writer: KeyAgreementKey
    private let place: RecordPlace

    init() throws {
        owner = try KeyAgreementKey(random: random)
        writer = try KeyAgreementKey(random: random)
        place = RecordPlace(
            owner: AccountID(random.hash256()), domain: .laboratory, epoch: 2,
            record: random.hash256(), version: 1)
    }

    private func payload(_ count: Int, links: Int = 0) -> RecordPayload {
        RecordPayload(
            kind: .resource, content: random.bytes(count),
            links: (0..<links).map {
                RecordLink(reference: "urn:uuid:\($0)", record: random.hash256())
            })
    }

    private func sealed(
        _ payload: RecordPayload, _ suite: CipherSuite = .aes256GCM
    ) throws -> SealedVersion {
        try RecordSealer(suite: suite, writerKey: writer, random: random)
            .seal(payload, at: place, to: owner.publicKey)
    }

    private func open(
        _ record: SealedVersion, body: [UInt8]? = nil, envelope: [UInt8]? = nil,
        commitment: Hash256? = nil, at place: RecordPlace? = nil, keys: OpeningKeys? = nil
    ) throws(RecordOpeningError) -> RecordPayload {
        try RecordOpener.open(
            body: body ?? record.body, envelope: envelope ?? record.envelope,
            commitment: commitment ?? record.commitment, at: place ?? record.place,
            with: keys ?? OpeningKeys(domainKey: owner))
    }

    @Test("owner and writer read what was sealed, nobody else", arguments: CipherSuite.allCases)
    func roundTrip(suite: CipherSuite) throws {
        for count in [0, 1, 200, 255, 256, 5000, 70_000] {
            let payload = payload(count, links: count % 7)
            let record = try sealed(payload, suite)
            #expect(try open(record) == payload)
            #expect(try open(record, keys: OpeningKeys(writerKey: writer)) == payload)
            #expect(throws: RecordOpeningError.noKey) {
                try open(record, keys: OpeningKeys(domainKey: writer, writerKey: owner))
            }
            #expect(throws: RecordOpeningError.noKey) { try open(record, keys: OpeningKeys()) }
        }
    }

    @Test("an owner who writes leaves no wrap for a writer")
    func ownRecord() throws {
        let record = try RecordSealer(suite: .aes256GCM, writerKey: nil, random: random)
            .seal(payload(10), at: place, to: owner.publicKey)
        #expect(try Envelope(decoding: record.envelope).wraps.map(\.kind) == [.ownerEpoch])
        #expect(try open(record).content.count == 10)
    }

    @Test("every changed bit of the body is refused")
    func bodyTamper() throws {
        let record = try sealed(payload(40))
        for index in record.body.indices {
            var body = record.body
            body[index] ^= 1 << UInt8(index % 8)
            #expect(throws: RecordOpeningError.body) { try open(record, body: body) }
        }
        for count in [0, 1, 20, record.body.count - 1] {
            #expect(throws: RecordOpeningError.body) {
                try open(record, body: Array(record.body.prefix(count)))
            }
        }
    }

    @Test("every changed bit of the envelope is refused or leaves the other key's wrap intact")
    func envelopeTamper() throws {
        let payload = payload(40)
        let record = try sealed(payload)
        for index in record.envelope.indices {
            var envelope = record.envelope
            envelope[index] ^= 1 << UInt8(index % 8)
            let byOwner = try? open(record, envelope: envelope)
            let byWriter = try? open(
                record, envelope: envelope, keys: OpeningKeys(writerKey: writer))
            #expect(byOwner == nil || byWriter == nil)
            #expect(byOwner == nil || byOwner == payload)
            #expect(byWriter == nil || byWriter == payload)
        }
    }

    @Test("a record does not open at another place")
    func binding() throws {
        let record = try sealed(payload(40))
        func moved(
            owner: AccountID? = nil, domain: Domain? = nil, epoch: UInt64? = nil,
            record: Hash256? = nil, version: UInt64? = nil
        ) -> RecordPlace {
            RecordPlace(
                owner: owner ?? place.owner, domain: domain ?? place.domain,
                epoch: epoch ?? place.epoch, record: record ?? place.record,
                version: version ?? place.version)
        }
        let places = [
            moved(owner: AccountID(random.hash256())), moved(domain: .medical), moved(epoch: 3),
            moved(record: random.hash256()), moved(version: 2),
        ]
        for place in places {
            #expect(throws: RecordOpeningError.noKey) { try open(record, at: place) }
        }
    }

    @Test("parts of two versions cannot be mixed")
    func mixing() throws {
        let (first, second) = (try sealed(payload(40)), try sealed(payload(40)))
        #expect(throws: RecordOpeningError.body) { try open(first, body: second.body) }
        #expect(throws: RecordOpeningError.body) { try open(first, envelope: second.envelope) }
        #expect(throws: RecordOpeningError.commitment) {
            try open(first, commitment: second.commitment)
        }
    }

    @Test("the chain's addresses are those of exactly these bytes")
    func addresses() throws {
        let record = try sealed(payload(40))
        func check(_ body: [UInt8], _ envelope: [UInt8]) throws(RecordOpeningError) {
            try RecordOpener.checkAddresses(
                body: body, at: record.bodyAddress, envelope: envelope,
                at: record.envelopeAddress)
        }
        try check(record.body, record.envelope)
        #expect(throws: RecordOpeningError.bodyAddress) {
            try check(record.body + [0], record.envelope)
        }
        #expect(throws: RecordOpeningError.envelopeAddress) {
            try check(record.body, record.body)
        }
    }

    @Test("a key of small order is refused instead of used")
    func badKeys() throws {
        let sealer = RecordSealer(suite: .aes256GCM, writerKey: nil, random: random)
        for key in [[UInt8](repeating: 0, count: 32), [1] + [UInt8](repeating: 0, count: 31), []] {
            #expect(throws: CryptographyError.invalidKey) {
                try sealer.seal(payload(1), at: place, to: key)
            }
        }
    }
}

struct RecordPayloadTests {
    @Test("every payload has a permitted size and one encoding")
    func sizes() throws {
        for count in Array(0..<1100) + [65_000, 65_300, 65_536, 66_000, 1 << 20] {
            let payload = RecordPayload(
                kind: .resource, content: [UInt8](repeating: 7, count: count))
            let bytes = payload.encoded
            #expect(bytes.count == PaddedSize.atLeast(bytes.count))
            #expect(bytes.count >= count)
            #expect(bytes.count <= max(512, count + 64 + max(512, count / 8)))
            #expect(try RecordPayload(decoding: bytes) == payload)
        }
    }

    @Test("padding follows Padmé from 4 KiB and steps of 256 below")
    func permittedSizes() {
        #expect(PaddedSize.atLeast(0) == 256)
        #expect(PaddedSize.atLeast(256) == 256)
        #expect(PaddedSize.atLeast(257) == 512)
        #expect(PaddedSize.atLeast(4096) == 4096)
        // Padmé of 9000: exponent 13, four bits kept, so the last nine bits are zero.
        #expect(PaddedSize.atLeast(9000) == 9216)
        #expect(PaddedSize.atLeast(1_000_000) == 1_015_808)
        for count in stride(from: 4096, to: 3 << 20, by: 997) {
            let size = PaddedSize.atLeast(count)
            #expect(size >= count && (size - count) * 100 <= count * 7)
        }
    }

    @Test("padding of another length or with other bytes is refused")
    func strictness() throws {
        let bytes = RecordPayload(kind: .resource, content: [1, 2, 3]).encoded
        var dirty = bytes
        dirty[dirty.count - 1] = 1
        #expect(throws: CBORError.self) { try RecordPayload(decoding: dirty) }
        var writer = CBORWriter()
        writer.array(5)
        writer.unsigned(1)
        writer.unsigned(1)
        writer.byteString([1, 2, 3])
        writer.array(0)
        writer.byteString([])
        #expect(throws: CBORError.self) { try RecordPayload(decoding: writer.bytes) }
        #expect(throws: CBORError.self) { try RecordPayload(decoding: bytes + [0]) }
        for count in 0..<bytes.count {
            #expect(throws: CBORError.self) {
                try RecordPayload(decoding: Array(bytes.prefix(count)))
            }
        }
    }
}
