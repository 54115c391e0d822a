import Base
import Cryptography
import Encoding
import Finality
import Ledger

/// Blocks that become final on machines: by votes, or from a peer.
extension SimulatedZone {
    func commit(
        _ proposal: Proposal, _ body: BatchBody, _ header: Hash256, _ certificate: Certificate,
        on machine: Machine
    ) {
        // Blocks of a peer may have come in between.
        guard proposal.height == machine.chain.head.height + 1 else { return }
        guard let block = machine.chain.execute(proposal, body), block.digest == header else {
            return fail(.replay, "a block that is to be final came to another header")
        }
        finish(block, certificate, on: machine)
    }

    private func finish(
        _ block: ExecutedBlock, _ certificate: Certificate, on machine: Machine
    ) {
        if block.header.height > UInt64(finals.count) {
            let position = block.header.position
            coverage.decidedInView[Int(min(certificate.view, 2))] += 1
            coverage.leaderBlocks += position.first <= position.last ? 0 : 1
            coverage.epochs += block.header.endsEpoch ? 1 : 0
        }
        guard isProven(certificate, block.header, block.digest, machine) else {
            return fail(.certificate, "a block is final by a certificate that proves nothing")
        }
        machine.disk.append(
            Block(header: block.header, certificate: certificate, entries: block.entries))
        startSync(.log(block), on: machine)
    }

    private func isProven(
        _ certificate: Certificate, _ header: Header, _ digest: Hash256, _ machine: Machine
    ) -> Bool {
        let head = machine.chain.head
        guard certificate.header == digest, header.chain == genesis.id,
            header.epoch == head.epoch, header.height == head.height + 1
        else { return false }
        let vote = Vote(
            chain: header.chain, epoch: header.epoch, validators: head.validators.digest,
            height: header.height, view: certificate.view, phase: .commit, header: digest)
        do throws(CertificateError) {
            try certificate.verify(vote, set: head.validators) {
                machine.authenticator.isValid($1, by: $0, for: $2)
            }
            return true
        } catch {
            return false
        }
    }

    func adopt(_ block: ExecutedBlock, on machine: Machine) {
        machine.chain.adopt(block)
        observe(block, on: machine)
        acknowledge(block, on: machine)
        note(2, machine.number, block.digest.words.0)
        say("machine \(machine.number + 1): height \(block.header.height) is final")
        give(
            machine,
            .adopted(
                machine.chain.tip, settled: block.included + block.refused.map(\.id)))
    }

    /// Checks a block that is durable on a machine against all others.
    func observe(_ block: ExecutedBlock, on machine: Machine) {
        guard machine.character != .dishonest, machine.brokenFrom == nil else { return }
        let height = block.header.height
        report(finals.note(height, block.digest, block.included))
        report(votes.know(weights(of: block.nextValidators), of: height + 1))
    }

    func replay(_ bytes: [UInt8], from peer: PublicKey, on machine: Machine) {
        guard let block = try? Block(decoding: bytes) else { return refuse(peer, on: machine) }
        let height = block.header.height
        guard height > machine.chain.head.height else { return }
        let digest = block.header.digest(genesis.hashSuite)
        guard isProven(block.certificate, block.header, digest, machine) else {
            return refuse(peer, on: machine)
        }
        guard let executed = machine.chain.follow(block) else {
            if machine.brokenFrom != nil { return refuse(peer, on: machine) }
            return fail(.replay, "a certified block of height \(height) came out differently")
        }
        coverage.fetchedBlocks += 1
        finish(executed, block.certificate, on: machine)
    }

    private func refuse(_ peer: PublicKey, on machine: Machine) {
        machine.dropReplay()
        give(machine, .blocksRefused(from: peer))
    }

    func serve(_ first: UInt64, _ count: UInt64, to peer: PublicKey, by machine: Machine) {
        var bytes: [[UInt8]] = []
        var size = 0
        for height in first..<(first + min(count, FinalityLimits.blockRange)) {
            guard height >= 1, height <= UInt64(machine.disk.durableCount) else { break }
            let block = machine.disk.blocks[Int(height) - 1].encoded
            size += block.count
            guard bytes.isEmpty || size <= FinalityLimits.blockRangeByteCount else { break }
            bytes.append(block)
        }
        send(.blocks(bytes), from: machine, to: peer)
    }
}
