import Base
import Cryptography
import Ledger

/// Batches: from the pool through the engine to the candidate of view 0, and their bodies.
extension Participant {
    // MARK: To the engine

    /// Gives waiting transactions to the engine, as long as not too many batches are on their way.
    mutating func pump(_ effects: inout [ParticipantEffect]) {
        guard isEngineUp, standing == .voting, rules.own != nil else { return }
        while pool.hasUnsent, outgoing.count < FinalityLimits.appendWindow,
            freeSequence() != nil
        {
            let transactions = pool.draw()
            guard !transactions.isEmpty else { return }
            let body = BatchBody(transactions.map(\.bytes))
            _ = keep(body, from: nil, isWanted: true, verdict: .valid)
            send(body, transactions.map(\.id), &effects)
        }
    }

    private mutating func send(
        _ body: BatchBody, _ ids: [TransactionID], _ effects: inout [ParticipantEffect]
    ) {
        guard let maker = rules.own, let sequence = freeSequence() else { return pool.restore(ids) }
        let batch = SignedBatch(
            stream: tip.position.stream, sequence: sequence, time: now.wall, body: body,
            maker: rules.set.validators[maker].account, chain: chain,
            authenticator: authenticator)
        outgoing.append(
            Outgoing(
                body: body, ids: ids, stream: batch.stream, sequence: sequence,
                since: now.monotonic))
        if batch.inline == nil { effects.append(.broadcast(.body(body))) }
        effects.append(.append(batch))
    }

    /// The first position behind the tip at which nothing is known to be; nil when none is in
    /// reach, as with an engine that calls every position taken.
    private func freeSequence() -> UInt64? {
        var sequence = tip.position.last + 1
        while records[sequence] != nil || spoiled.contains(sequence) || taken.contains(sequence)
            || outgoing.contains(where: { $0.sequence == sequence })
        {
            sequence += 1
        }
        return sequence - tip.position.last <= FinalityLimits.recordWindow ? sequence : nil
    }

    mutating func appended(
        _ result: AppendResult, stream: UInt64, sequence: UInt64,
        _ effects: inout [ParticipantEffect]
    ) {
        guard stream == tip.position.stream,
            let index = outgoing.firstIndex(where: {
                $0.stream == stream && $0.sequence == sequence
            })
        else { return }
        switch result {
        case .created: outgoing[index].isCreated = true
        case .taken:
            let item = outgoing.remove(at: index)
            if sequence > tip.position.last { taken.insert(sequence) }
            send(item.body, item.ids, &effects)
        case .failed:
            let item = outgoing.remove(at: index)
            pool.restore(item.ids)
        }
    }

    mutating func engineChanged(_ isUp: Bool, _ effects: inout [ParticipantEffect]) {
        guard isUp != isEngineUp else { return }
        isEngineUp = isUp
    }

    // MARK: From the engine

    mutating func take(
        _ batch: SignedBatch?, stream: UInt64, sequence: UInt64,
        _ effects: inout [ParticipantEffect]
    ) {
        guard stream == tip.position.stream, sequence > tip.position.last,
            sequence - tip.position.last <= FinalityLimits.recordWindow
        else { return }
        if let known = records[sequence] {
            if let batch, batch != known {
                effects.append(.alarm(.conflictingRecords(stream: stream, sequence: sequence)))
            }
            return
        }
        guard let batch, batch.stream == stream, batch.sequence == sequence,
            let validator = rules.set.validators.first(where: { $0.account == batch.maker }),
            authenticator.isValid(
                batch.signature, by: validator.key, for: batch.message(chain))
        else {
            spoiled.insert(sequence)
            return
        }
        spoiled.remove(sequence)
        records[sequence] = batch
        if let index = outgoing.firstIndex(where: { $0.sequence == sequence }) {
            if batch.maker == validator.account, batch.body == outgoing[index].body.digest {
                outgoing[index].isCreated = true
            } else {
                let item = outgoing.remove(at: index)
                send(item.body, item.ids, &effects)
            }
        }
        if let body = batch.inline {
            take(body, from: validator.key, isWanted: true, &effects)
        } else if bodies[batch.body] == nil {
            ask(for: .body(batch.body), of: validator.key, &effects)
        }
    }

    /// Tells the voting of the engine's batch behind the tip, once its body is here and checked.
    mutating func offerCandidate(_ effects: inout [ParticipantEffect]) {
        let sequence = tip.position.last + 1
        guard !hasCandidate, voting.view == 0, !voting.isDecided else { return }
        if spoiled.contains(sequence), records[sequence] == nil {
            hasCandidate = true
            return vote(.engineLost, &effects)
        }
        guard let batch = records[sequence],
            let maker = rules.set.validators.firstIndex(where: { $0.account == batch.maker })
        else { return }
        let position = OrderingPosition(
            stream: batch.stream, first: sequence, last: sequence)
        let proposal = Proposal(
            height: rules.height, parent: tip.digest, epoch: rules.epoch,
            validators: rules.setDigest, position: position, time: batch.time, body: batch.body,
            count: batch.count, maker: maker)
        switch bodies.verdict(of: batch.body) {
        case .valid:
            hasCandidate = true
            let isWhole = UInt64(bodies[batch.body]?.transactions.count ?? 0) == batch.count
            if isWhole, isAcceptable(proposal) {
                vote(.candidate(proposal), &effects)
            } else {
                vote(.engineLost, &effects)
            }
        case .invalid:
            hasCandidate = true
            vote(.engineLost, &effects)
        case .checking: break
        case nil:
            guard !awaited.contains(where: { $0.item == .body(batch.body) }) else { return }
            ask(for: .body(batch.body), of: rules.set.validators[maker].key, &effects)
        }
    }

    // MARK: Behind the tip

    /// Drops what the new tip has passed; what did not get through waits again.
    mutating func settleBatches(isNewStream: Bool, _ effects: inout [ParticipantEffect]) {
        let last = tip.position.last
        if isNewStream {
            records = [:]
            spoiled = []
        }
        let passed = records.filter { $0.key <= last }.map(\.value.body)
        records = records.filter { $0.key > last }
        spoiled = spoiled.filter { $0 > last }
        taken = isNewStream ? [] : taken.filter { $0 > last }
        for item in outgoing where isNewStream || item.sequence <= last {
            pool.restore(item.ids)
        }
        outgoing.removeAll { isNewStream || $0.sequence <= last }
        for digest in passed where !isNeeded(digest) { bodies.remove(digest) }
        if last > 0 {
            effects.append(.release(stream: tip.position.stream, through: last))
        }
    }

    /// Whether a batch to come has this body: one that was given to the engine twice has.
    private func isNeeded(_ body: Hash256) -> Bool {
        records.contains { $0.value.body == body } || outgoing.contains { $0.body.digest == body }
    }

    /// Batches that the engine lost, or never showed, come to nothing.
    mutating func reclaim() {
        let limit = now.monotonic
        let patience = timing.reclaim
        for item in outgoing where item.since + patience <= limit { pool.restore(item.ids) }
        outgoing.removeAll { $0.since + patience <= limit }
    }

    /// Passes transactions on to the others: all of them when there is no engine, otherwise those
    /// that have waited for long, and far longer while blocks come.
    mutating func forward(_ effects: inout [ParticipantEffect]) {
        reclaim()
        let isOrdered = isEngineUp && rules.firstView == 0 && rules.own != nil
        // While blocks come, waiting means load, which passing on would double.
        let isStalled = adoptedAt + timing.forward <= now.monotonic
        let patience = isOrdered ? (isStalled ? 1 : 10) * timing.forward : 0
        let before = now.monotonic - min(now.monotonic, patience)
        while true {
            let transactions = pool.drawForForwarding(before: before)
            guard !transactions.isEmpty else { return }
            effects.append(.broadcast(.transactions(transactions.map(\.bytes))))
        }
    }

    // MARK: Bodies

    /// Keeps a body if it is wanted or its sender has room.
    mutating func keep(
        _ body: BatchBody, from sender: PublicKey?, isWanted: Bool, verdict: BodyStore.Verdict
    ) -> Bool {
        bodies.add(
            body, from: sender, isWanted: isWanted, verdict: verdict, height: tip.height,
            share: FinalityLimits.bodyByteCount / max(4, rules.count))
    }

    mutating func take(
        _ body: BatchBody, from peer: PublicKey?, isWanted: Bool = false,
        _ effects: inout [ParticipantEffect]
    ) {
        let isAwaited = awaited.contains { $0.item == .body(body.digest) }
        let isWanted = isWanted || isAwaited
        if keep(body, from: peer, isWanted: isWanted, verdict: .checking) {
            if body.transactions.isEmpty {
                bodies.judge(body.digest, isValid: true)
            } else {
                effects.append(.check(body))
            }
        }
        judgeAwaited(body.digest, &effects)
        awaited.removeAll { $0.item == .body(body.digest) && $0.judging == nil }
    }

    mutating func checked(
        _ digest: Hash256, _ isValid: Bool, _ effects: inout [ParticipantEffect]
    ) {
        bodies.judge(digest, isValid: isValid)
        judgeAwaited(digest, &effects)
    }
}
