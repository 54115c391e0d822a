import Base
import Finality
import Ledger

/// The clients of a simulated zone: what they sent, and what became of it.
struct Clients {
    struct Item {
        let transaction: SimulatedTransactions.Known
        /// Machines that took it from the client.
        var machines: [Int]
        /// It may run out before it is final.
        let isShort: Bool
    }

    var items: [Item] = []
    /// Items before this one are done.
    var firstOpen = 0
    /// Blocks with transactions that were acknowledged.
    var acknowledged: Set<TransactionID> = []
}

extension SimulatedZone {
    func clientActs(_ event: Event) {
        switch event {
        case .submit:
            guard !isSettling else { return }
            schedule(.submit, in: draw(1...(2 * plan.submitEvery)))
            submitSomething()
        case .retry:
            schedule(.retry, in: draw(1000...3000))
            retry()
        case .change:
            guard !isSettling else { return }
            schedule(.change, in: draw(1000...8000))
            changeValidators()
        default: break
        }
    }

    private func submitSomething() {
        let isShort = chance.happens(50)
        let height = UInt64(finals.count)
        let validUntil = height + (isShort ? chance.within(1...4) : 5000)
        guard let item = transactions.write(chance.below(256), validUntil: validUntil) else {
            return
        }
        submit(item, to: chance.below(machines.count), isShort: isShort)
    }

    /// Hands a transaction to a machine, and sometimes to another one too.
    func submit(_ item: SimulatedTransactions.Known, to number: Int, isShort: Bool = false) {
        clients.items.append(Clients.Item(transaction: item, machines: [], isShort: isShort))
        hand(clients.items.count - 1, to: number)
        if chance.happens(100) {
            hand(clients.items.count - 1, to: chance.below(machines.count))
        }
    }

    func hand(_ index: Int, to number: Int) {
        let machine = machines[number]
        let item = clients.items[index].transaction
        guard machine.isUp, machine.chain.admits(item.transaction) else { return }
        clients.items[index].machines.append(number)
        say("client → machine \(number + 1): transaction \(index + 1)")
        give(machine, .submitted([item.pending], isOwn: true))
    }

    /// What is not final after a while is sent again, to somebody else.
    private func retry() {
        while clients.firstOpen < clients.items.count, isDone(clients.firstOpen) {
            clients.firstOpen += 1
        }
        var sent = 0
        for index in clients.firstOpen..<clients.items.count where !isDone(index) && sent < 8 {
            hand(index, to: chance.below(machines.count))
            sent += 1
        }
    }

    private func isDone(_ index: Int) -> Bool {
        let item = clients.items[index]
        let isFinal = finals.height(of: item.transaction.transaction.id) != nil
        return isFinal || item.transaction.transaction.body.validUntil <= UInt64(finals.count)
    }

    /// Transactions that an honest machine took and that are not final.
    var openCount: Int {
        clients.items.indices.reduce(0) { sum, index in
            let item = clients.items[index]
            guard !isDone(index), !item.isShort,
                item.machines.contains(where: { machines[$0].character == .honest })
            else { return sum }
            return sum + 1
        }
    }

    /// A machine tells its clients that a block is final: from now on it must stay.
    func acknowledge(_ block: ExecutedBlock, on machine: Machine) {
        guard machine.character != .dishonest else { return }
        machine.acknowledged = max(machine.acknowledged, block.header.height)
        clients.acknowledged.formUnion(block.included)
    }

    // MARK: Validators

    private func changeValidators() {
        let best = machines.filter { $0.character == .honest }.max {
            $0.chain.head.height < $1.chain.head.height
        }
        guard let best, let set = nextSet(after: best.chain.head.validators),
            ValidatorRules.error(from: best.chain.head.validators, to: set) == nil
        else { return }
        let kind: ValidatorChangeKind = chance.happens(500) ? .emergency : .scheduled
        guard
            let change = transactions.change(
                to: set, kind: kind, validUntil: best.chain.head.height + 40)
        else { return }
        sets.append(weights(of: set))
        guard areFew(suspects) else {
            sets.removeLast()
            return
        }
        say("client: validators change to \(weights(of: set))")
        submit(change, to: chance.below(machines.count), isShort: true)
    }

    /// One validator more, less, or with another weight.
    private func nextSet(after set: ValidatorSet) -> ValidatorSet? {
        var validators = set.validators
        let outside = seats.indices.filter { seat in
            !validators.contains { $0.key == seats[seat].key }
        }
        if let seat = chance.pick(outside), chance.happens(600) {
            validators.append(
                Validator(account: seats[seat].account, key: seats[seat].key, weight: 1))
        } else if validators.count > 4, chance.happens(500) {
            validators.remove(at: chance.below(validators.count))
        } else {
            let index = chance.below(validators.count)
            let old = validators[index]
            validators[index] = Validator(
                account: old.account, key: old.key, weight: old.weight == 1 ? 2 : old.weight - 1)
        }
        return ValidatorSet(validators)
    }
}
