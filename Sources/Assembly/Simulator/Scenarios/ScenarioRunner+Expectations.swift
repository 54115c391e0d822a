import Base
import Finality
import Ledger

/// Whether a zone is as a scenario expects.
extension ScenarioRunner {
    func check(
        _ expectation: ScenarioCommand.Expectation, _ line: Scenario.Line
    ) throws(ScenarioError) {
        if let failure = failure(of: expectation) {
            throw ScenarioError(
                line: line.number,
                text: "\(line.text.split(separator: " ").joined(separator: " ")): \(failure)")
        }
    }

    private var live: [Machine] {
        world.machines.filter { $0.character != .dishonest && $0.brokenFrom == nil && $0.isUp }
    }

    /// Why something is not as expected; nil when it is.
    func failure(of expectation: ScenarioCommand.Expectation) -> String? {
        let machines = world.machines
        switch expectation {
        case .final(let name, let isFinal):
            guard let index = names[name] else { return "it was never submitted" }
            let id = world.clients.items[index].transaction.transaction.id
            let count = live.reduce(0) { $0 + ($1.chain.isKnown(id) ? 1 : 0) }
            let isMet = isFinal ? count == live.count && count > 0 : count == 0
            return isMet ? nil : "final at \(count) of \(live.count)"
        case .height(let number, let comparison, let height):
            return compare(machines[number].chain.head.height, comparison, height)
        case .view(let number, let comparison, let view):
            guard let voting = machines[number].process?.participant.voting else {
                return "it is down"
            }
            return compare(voting.view, comparison, view)
        case .decided(let height, let comparison, let view):
            guard let block = block(height) else { return "there is no such block" }
            return compare(block.certificate.view, comparison, view)
        case .engineBlock(let height, let isExpected):
            guard let position = block(height)?.header.position else {
                return "there is no such block"
            }
            let isFromEngine = position.first <= position.last
            return isFromEngine == isExpected ? nil : "it is from the other"
        case .epoch(let number, let comparison, let epoch):
            return compare(machines[number].chain.head.epoch, comparison, epoch)
        case .stream(let number, let comparison, let stream):
            return compare(machines[number].chain.head.position.stream, comparison, stream)
        case .sameTip:
            let tips = Set(live.map(\.chain.head.digest))
            return tips.count == 1 ? nil : "heights \(live.map(\.chain.head.height))"
        case .settled: return world.settle()
        default: return failureOfStanding(expectation)
        }
    }

    private func failureOfStanding(_ expectation: ScenarioCommand.Expectation) -> String? {
        let machines = world.machines
        switch expectation {
        case .standing(let number, let standing):
            guard let found = machines[number].process?.participant.standing else {
                return "it is down"
            }
            let name: ScenarioCommand.Standing =
                switch found {
                case .follower: .follower
                case .observing: .observing
                case .voting: .voting
                case .quarantined: .quarantined
                case .diverged: .diverged
                }
            return name == standing ? nil : "it is \(name.rawValue)"
        case .alarm(let number, let kind, let isExpected):
            let isRaised = machines[number].alarms.contains { alarm in
                switch alarm {
                case .quarantined: kind == .quarantined
                case .releasable: kind == .releasable
                case .released: kind == .released
                case .diverged: kind == .diverged
                case .conflictingRecords: kind == .conflictingRecords
                default: false
                }
            }
            return isRaised == isExpected ? nil : isRaised ? "it is raised" : "it is not raised"
        case .fresh(let number, let isFresh):
            guard let participant = machines[number].process?.participant else {
                return "it is down"
            }
            return participant.isFresh == isFresh ? nil : "it is not"
        default: return nil
        }
    }

    private func block(_ height: UInt64) -> Block? {
        let blocks = live.map(\.disk.blocks).max { $0.count < $1.count } ?? []
        return height >= 1 && height <= UInt64(blocks.count) ? blocks[Int(height) - 1] : nil
    }

    private func compare(
        _ found: UInt64, _ comparison: ScenarioCommand.Comparison, _ expected: UInt64
    ) -> String? {
        let isMet =
            switch comparison {
            case .equal: found == expected
            case .atLeast: found >= expected
            case .atMost: found <= expected
            }
        return isMet ? nil : "it is \(found)"
    }
}
