import Base
import Cryptography
import Encoding
import Ledger
import Testing

/// A certificate proves that more than two thirds of the weight committed to one header.
struct CertificateTests {
    private let random = SeededRandom(seed: 11)

    /// Validators of the three suites in turn, and their keys in the order of the set.
    private func validators(
        _ weights: [UInt64]
    ) throws -> (set: ValidatorSet, keys: [SigningKey]) {
        let parties = try weights.indices.map { index in
            try Party(SignatureSuite.allCases[index % 3], random: random)
        }
        let list = zip(parties, weights).map { party, weight in
            Validator(account: party.id, key: party.key.publicKey, weight: weight)
        }
        let set = try #require(ValidatorSet(list))
        let keys = try set.validators.map { validator in
            try #require(parties.first { $0.id == validator.account }).key
        }
        return (set, keys)
    }

    private func header(_ set: ValidatorSet, height: UInt64 = 1) -> Header {
        Header(
            zone: "33", chain: Hash256(words: (1, 2, 3, 4)), epoch: 0, height: height,
            parent: .zero, logSize: 0, logRoot: .zero, stateRoot: .zero, time: TestChain.start,
            position: OrderingPosition(stream: 0, first: 1, last: 1), validators: set.digest,
            nextValidators: set.digest, contracts: .zero)
    }

    private func sign(
        _ header: Header, _ key: SigningKey, phase: VotePhase = .commit, view: UInt64 = 0
    ) throws -> [UInt8] {
        let vote = Vote(
            chain: header.chain, epoch: header.epoch, validators: header.validators,
            height: header.height, view: view, phase: phase, header: header.digest(.sha256))
        return try key.sign(vote.message)
    }

    private func error(
        _ certificate: Certificate, _ header: Header, _ set: ValidatorSet
    ) -> CertificateError? {
        do throws(CertificateError) {
            try certificate.verify(header, set: set, suite: .sha256)
            return nil
        } catch {
            return error
        }
    }

    /// Every set of one to four validators with weights 1 to 3, and every set of signers.
    @Test(arguments: 1...4)
    func aQuorumIsMoreThanTwoThirdsOfTheWeight(count: Int) throws {
        let parties = try validators([UInt64](repeating: 1, count: count))
        for code in 0..<Self.power(3, count) {
            let weights = (0..<count).map { UInt64(code / Self.power(3, $0) % 3 + 1) }
            let list = zip(parties.set.validators, weights).map { validator, weight in
                Validator(account: validator.account, key: validator.key, weight: weight)
            }
            let set = try #require(ValidatorSet(list))
            let header = header(set)
            let signatures = try parties.keys.map { try sign(header, $0) }
            for signers in 0..<1 << count {
                let indices = (0..<count).filter { signers >> $0 & 1 == 1 }
                let certificate = Certificate(
                    header: header.digest(.sha256), view: 0,
                    signatures: indices.map { ($0, signatures[$0]) }, of: count)
                let signed = indices.reduce(UInt64(0)) { $0 + weights[$1] }
                let total = weights.reduce(0, +)
                let expected: CertificateError? =
                    3 * signed > 2 * total ? nil : .noQuorum(signed: signed, total: total)
                #expect(
                    error(certificate, header, set) == expected, "\(weights), signers \(indices)")
            }
        }
    }

    private static func power(_ base: Int, _ exponent: Int) -> Int {
        (0..<exponent).reduce(1) { product, _ in product * base }
    }

    @Test func theArithmeticOfAQuorumHoldsForAllSmallWeights() throws {
        let key = try Party(random: random)
        for total: UInt64 in 1...64 {
            let set = try #require(
                ValidatorSet([
                    Validator(account: key.id, key: key.key.publicKey, weight: total)
                ]))
            for signed in 0...total {
                // The smallest quorum is the whole part of two thirds, and one.
                #expect(set.isQuorum(signed) == (signed >= total * 2 / 3 + 1))
            }
        }
    }

    @Test func theLargestWeightsDoNotOverflow() throws {
        let weights = [UInt64](
            repeating: ValidatorSet.weightLimit, count: LedgerLimits.validatorCount)
        let set = try validators(weights).set
        #expect(set.totalWeight == ValidatorSet.weightLimit * 64)
        #expect(set.isQuorum(set.totalWeight))
        #expect(!set.isQuorum(set.totalWeight / 3 * 2))
    }

    @Test func setsThatAreNoSetsAreRefused() throws {
        let list = try validators([1, 2, 3]).set.validators
        #expect(ValidatorSet([]) == nil)
        #expect(ValidatorSet(list + [list[0]]) == nil)
        for weight in [0, ValidatorSet.weightLimit + 1] {
            let wrong = Validator(account: list[0].account, key: list[0].key, weight: weight)
            #expect(ValidatorSet([wrong]) == nil)
        }
        #expect(ValidatorSet(list.reversed())?.validators == list)
    }

    @Test func whatDoesNotBelongToTheHeaderIsRefused() throws {
        let (set, keys) = try validators([1, 1, 1, 1])
        let header = header(set)
        let digest = header.digest(.sha256)
        let all = try keys.enumerated().map { ($0.offset, try sign(header, $0.element)) }
        let good = Certificate(header: digest, view: 0, signatures: all, of: 4)
        #expect(error(good, header, set) == nil)

        #expect(error(good, self.header(set, height: 2), set) == .otherHeader)
        let stranger = try validators([1, 1, 1, 1]).set
        #expect(error(good, header, stranger) == .otherValidators)
        let otherView = Certificate(header: digest, view: 1, signatures: all, of: 4)
        #expect(error(otherView, header, set) == .signature(index: 0))

        for index in 0..<4 {
            var wrong = all
            wrong[index].1[40] ^= 1
            let certificate = Certificate(header: digest, view: 0, signatures: wrong, of: 4)
            #expect(error(certificate, header, set) == .signature(index: index))
        }
        var prepared = all
        prepared[2].1 = try sign(header, keys[2], phase: .prepare)
        let certificate = Certificate(header: digest, view: 0, signatures: prepared, of: 4)
        #expect(error(certificate, header, set) == .signature(index: 2))
    }

    @Test func theBitmapAndTheSignaturesMustFit() throws {
        let (set, keys) = try validators([1, 1, 1])
        let header = header(set)
        let digest = header.digest(.sha256)
        let all = try keys.map { try sign(header, $0) }
        func certificate(_ signers: [UInt8], _ signatures: [[UInt8]]) throws -> Certificate {
            try Self.certificate(digest, signers, signatures)
        }
        #expect(error(try certificate([0b111], all), header, set) == nil)
        // A bit outside of the set, with and without a signature for it.
        for signatures in [all, all + [all[0]]] {
            #expect(
                error(try certificate([0b1111], signatures), header, set) == .otherValidators)
            #expect(
                error(try certificate([0b1000_0111], signatures), header, set) == .otherValidators)
        }
        // A signature too few or too many.
        #expect(
            error(try certificate([0b111], Array(all.dropLast())), header, set) == .otherValidators)
        #expect(error(try certificate([0b111], all + [all[2]]), header, set) == .otherValidators)
        #expect(error(try certificate([0b111], []), header, set) == .otherValidators)
        // A bitmap that is too short or too long.
        #expect(error(try certificate([], all), header, set) == .otherValidators)
        #expect(error(try certificate([0b111, 0], all), header, set) == .otherValidators)
        // The signatures of two validators in the wrong order.
        #expect(
            error(try certificate([0b111], [all[1], all[0], all[2]]), header, set)
                == .signature(index: 0))
        #expect(
            error(try certificate([0], []), header, set) == .noQuorum(signed: 0, total: 3))
    }

    /// A certificate with any bitmap, through its encoding.
    private static func certificate(
        _ digest: Hash256, _ signers: [UInt8], _ signatures: [[UInt8]]
    ) throws -> Certificate {
        let empty = Certificate(header: digest, view: 0, signatures: [], of: 0).encoded
        // Version, digest and view stay; the bitmap and the list are written anew.
        var bytes = Array(empty.dropLast(2))
        bytes += [0x40 | UInt8(signers.count)] + signers + [0x80 | UInt8(signatures.count)]
        for signature in signatures { bytes += [0x58, UInt8(signature.count)] + signature }
        return try Certificate(decoding: bytes)
    }
}
