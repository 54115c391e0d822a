import Base
import Cryptography
import Encoding
import Ledger
import Testing

/// Trust files follow the validators: each handoff is proved by the set before it.
struct HandoffTests {
    private let chain: TestChain
    /// One receipt of each epoch, 0 to 3.
    private let receipts: [Receipt]
    private let trust: TrustFile

    init() throws {
        chain = try TestChain(seed: 12, weights: [2, 2, 2, 2])
        let sender = try chain.party()
        var receipts: [Receipt] = []
        for epoch: UInt8 in 0...3 {
            try chain.commit([
                try chain.transaction([ScratchExecutor.put("scratch/a", [epoch])], by: sender)
            ])
            receipts.append(try chain.receipt(rows: ["scratch/a", "scratch/none"]))
            if epoch < 3 {
                try chain.change(to: chain.set.validators + [try chain.validator(weight: 2)])
            }
        }
        self.receipts = receipts
        trust = try TrustFile(genesis: chain.genesis).extended(by: chain.handoffs)
    }

    private func failure(_ bytes: [UInt8], _ trust: TrustFile) -> ReceiptFailure? {
        do throws(ReceiptFailure) {
            _ = try VerifiedReceipt(decoding: bytes, trust: trust)
            return nil
        } catch {
            return error
        }
    }

    private func parse(_ text: [UInt8]) -> Result<TrustFile, Refusal> {
        do throws(Refusal) {
            return .success(try TrustFile(parsing: text))
        } catch {
            return .failure(error)
        }
    }

    @Test func receiptsOfEveryEpochVerifyWithTheExtendedFileOnly() throws {
        #expect(receipts.map(\.header.epoch) == [0, 1, 2, 3])
        #expect(trust.lastEpoch.epoch == 3)
        #expect(trust.lastEpoch.validators == chain.set)
        for count in 0...3 {
            let file = try TrustFile(genesis: chain.genesis)
                .extended(by: Array(chain.handoffs.prefix(count)))
            for (epoch, receipt) in receipts.enumerated() {
                let failure = failure(receipt.encoded, file)
                if epoch <= count {
                    #expect(failure == nil)
                } else {
                    #expect(failure?.check == .validators)
                    #expect(failure?.needsNewerTrustFile == true)
                    #expect(failure?.refusal.code == "receipt.trust-file-old")
                    #expect(failure?.refusal.english.contains("kanglian trust update") == true)
                }
            }
        }
    }

    @Test func aFileWithHandoffsIsReadBackEqual() throws {
        #expect(String(decoding: trust.text, as: UTF8.self).contains("kanglian-trust-2"))
        #expect(parse(trust.text) == .success(trust))
        let old = TrustFile(genesis: chain.genesis)
        #expect(String(decoding: old.text, as: UTF8.self).contains("kanglian-trust-1"))
        #expect(parse(old.text) == .success(old))
        #expect(try old.extended(by: []) == old)
    }

    private func text(_ handoffs: [JSONValue]?, format: String = "kanglian-trust-2") -> [UInt8] {
        guard let value = try? JSONValue(parsing: TrustFile(genesis: chain.genesis).text),
            case .object(var members) = value
        else { return [] }
        members[0] = JSONMember("format", .string(format))
        if let handoffs { members.append(JSONMember("handoffs", .array(handoffs))) }
        return JSONValue.object(members).serialized()
    }

    private func listed(_ handoffs: [Handoff]) -> [JSONValue] {
        handoffs.map { .string(Base64URL.encode($0.encoded)) }
    }

    private func code(_ text: [UInt8]) -> String? {
        if case .failure(let refusal) = parse(text) { refusal.code } else { nil }
    }

    @Test func aFileWhoseHandoffsDoNotFollowIsRefused() throws {
        let all = chain.handoffs
        #expect(code(text(listed(all))) == nil)
        #expect(code(text(listed(Array(all.dropFirst())))) == "trust-file.handoff")
        #expect(code(text(listed([all[0], all[2]]))) == "trust-file.handoff")
        #expect(code(text(listed([all[0], all[0]]))) == "trust-file.handoff")
        #expect(code(text(listed(all.reversed()))) == "trust-file.handoff")
        let foreign = try TestChain(seed: 13, weights: [2, 2, 2, 2])
        try foreign.change(to: foreign.set.validators + [try foreign.validator(weight: 2)])
        #expect(code(text(listed(foreign.handoffs))) == "trust-file.handoff")
        #expect(code(text([])) == "trust-file.malformed")
        #expect(code(text(nil)) == "trust-file.malformed")
        #expect(code(text([.string("!")])) == "trust-file.malformed")
        #expect(code(text([.null])) == "trust-file.malformed")
        #expect(code(text(listed(all), format: "kanglian-trust-1")) == "trust-file.malformed")
        let many = [JSONValue](repeating: listed(all)[0], count: TrustFile.handoffCount + 1)
        #expect(code(text(many)) == "trust-file.malformed")
    }

    private func error(_ handoff: Handoff) -> HandoffError? {
        do throws(HandoffError) {
            _ = try TrustFile(genesis: chain.genesis).extended(by: [handoff])
            return nil
        } catch {
            return error
        }
    }

    @Test func eachConditionOfAHandoffIsChecked() throws {
        let good = chain.handoffs[0]
        func altered(
            zone: String? = nil, height: UInt64? = nil, next: Hash256? = nil,
            validators: ValidatorSet? = nil
        ) throws -> Handoff {
            let old = good.header
            let header = Header(
                zone: zone ?? old.zone, chain: old.chain, epoch: old.epoch,
                height: height ?? old.height, parent: old.parent, logSize: old.logSize,
                logRoot: old.logRoot, stateRoot: old.stateRoot, time: old.time,
                position: old.position, validators: old.validators,
                nextValidators: next ?? old.nextValidators, contracts: old.contracts)
            return Handoff(
                header: header, certificate: try chain.certify(header),
                validators: validators ?? good.validators)
        }
        #expect(error(try altered()) == nil)
        #expect(error(try altered(zone: "32")) == .chain)
        #expect(error(try altered(height: 0)) == .height(0))
        #expect(error(try altered(height: .max)) == .height(.max))
        #expect(error(try altered(validators: chain.set)) == .nextValidators)
        #expect(
            error(try altered(next: good.header.validators, validators: chain.genesis.validators))
                == .nextValidators)
        #expect(error(chain.handoffs[1]) == .order(expected: 0, found: 1))
        let few = Handoff(
            header: good.header, certificate: try chain.certify(good.header, by: [0, 1]),
            validators: good.validators)
        #expect(error(few) == .certificate(.noQuorum(signed: 4, total: 8)))
        // A quorum is enough; which one is not part of what is proved.
        let three = Handoff(
            header: good.header, certificate: try chain.certify(good.header, by: [1, 2, 3]),
            validators: good.validators)
        #expect(error(three) == nil)
    }

    @Test func noBitOfAHandoffCanChange() throws {
        for (index, handoff) in chain.handoffs.enumerated() {
            let before = try TrustFile(genesis: chain.genesis)
                .extended(by: Array(chain.handoffs.prefix(index)))
            let bytes = handoff.encoded
            for bit in stride(from: index, to: bytes.count * 8, by: 3) {
                var changed = bytes
                changed[bit / 8] ^= 1 << UInt8(bit % 8)
                guard let other = try? Handoff(decoding: changed) else { continue }
                #expect(throws: HandoffError.self, "epoch \(index), bit \(bit)") {
                    try before.extended(by: [other])
                }
            }
        }
    }

    @Test func noBitOfAReceiptOfALaterEpochCanChange() throws {
        let bytes = receipts[2].encoded
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(failure(changed, trust) != nil, "bit \(bit)")
        }
    }

    @Test func whatFormerValidatorsSignAfterTheirEpochProvesNothing() throws {
        let receipt = receipts[1]
        let old = receipt.header
        func forged(height: UInt64) throws -> [UInt8] {
            let header = Header(
                zone: old.zone, chain: old.chain, epoch: old.epoch, height: height,
                parent: old.parent, logSize: old.logSize, logRoot: old.logRoot,
                stateRoot: old.stateRoot, time: old.time, position: old.position,
                validators: old.validators, nextValidators: old.validators,
                contracts: old.contracts)
            return Receipt(
                entry: receipt.entry, index: receipt.index, path: receipt.path, header: header,
                certificate: try chain.certify(header), state: receipt.state
            ).encoded
        }
        let end = chain.handoffs[1].header.height
        #expect(failure(try forged(height: end - 1), trust) == nil)
        // The height of the handoff is taken by the handoff's own header.
        for height in [end, end + 1, .max, chain.handoffs[0].header.height, 0] {
            #expect(failure(try forged(height: height), trust)?.check == .validators)
        }
        let later = try TrustFile(genesis: chain.genesis)
            .extended(by: Array(chain.handoffs.prefix(1)))
        #expect(failure(try forged(height: end + 1), later) == nil)
    }

    @Test func anEpochWithOtherValidatorsIsRefused() throws {
        let receipt = receipts[3]
        let old = receipt.header
        let header = Header(
            zone: old.zone, chain: old.chain, epoch: 2, height: old.height, parent: old.parent,
            logSize: old.logSize, logRoot: old.logRoot, stateRoot: old.stateRoot, time: old.time,
            position: old.position, validators: old.validators, nextValidators: old.validators,
            contracts: old.contracts)
        let forged = Receipt(
            entry: receipt.entry, index: receipt.index, path: receipt.path, header: header,
            certificate: try chain.certify(header), state: receipt.state)
        let failure = failure(forged.encoded, trust)
        #expect(failure?.check == .validators)
        #expect(failure?.needsNewerTrustFile == false)
    }
}
