import FHIRSearch
import System

/// Writes of many threads: those that come while one is under way share the next transaction, and
/// so the wait for the disk.
final class WriteQueue: Sendable {
    /// One caller's changes, and what became of them.
    private final class Ticket: Sendable {
        let changes: [IndexChange]
        init(_ changes: [IndexChange]) { self.changes = changes }
    }

    private struct State {
        var waiting: [Ticket] = []
        var isWriting = false
        var outcomes: [ObjectIdentifier: Result<Void, IndexError>] = [:]
    }

    /// Changes of one transaction, so that it stays small in memory; one caller may have more.
    private static let groupLimit = 5000

    private let engine: any SQLEngine
    private let planner: WritePlanner
    private let state = ConditionMutex(State())

    init(engine: any SQLEngine, symbols: SymbolTable, codec: BodyCodec) {
        self.engine = engine
        planner = WritePlanner(dialect: engine.dialect, symbols: symbols, codec: codec)
    }

    func write(_ changes: [IndexChange]) throws(IndexError) {
        guard !changes.isEmpty else { return }
        let ticket = Ticket(changes)
        state.withLock { $0.waiting.append(ticket) }
        // The first one in writes for all that wait; the others wait for their outcome.
        let group: [Ticket]? = state.wait { state -> [Ticket]?? in
            if state.outcomes[ObjectIdentifier(ticket)] != nil { return .some(nil) }
            guard !state.isWriting else { return nil }
            state.isWriting = true
            var (group, count) = ([Ticket](), 0)
            while let next = state.waiting.first,
                group.isEmpty || count + next.changes.count <= Self.groupLimit
            {
                count += next.changes.count
                group.append(state.waiting.removeFirst())
            }
            return .some(group)
        }
        if let group {
            let outcomes = write(group)
            state.withLock { state in
                state.isWriting = false
                for (ticket, outcome) in zip(group, outcomes) {
                    state.outcomes[ObjectIdentifier(ticket)] = outcome
                }
            }
        }
        let outcome = state.wait { state in
            state.outcomes.removeValue(forKey: ObjectIdentifier(ticket))
        }
        try outcome.get()
    }

    /// Each caller's changes are written or refused as a whole; what fails in the database fails
    /// for all.
    private func write(_ group: [Ticket]) -> [Result<Void, IndexError>] {
        var outcomes: [Result<Void, IndexError>] = []
        var plans: [WritePlan] = []
        do throws(IndexError) {
            try engine.write { session throws(IndexError) in
                for ticket in group {
                    do throws(IndexError) {
                        let plan = try planner.plan(ticket.changes, session)
                        try planner.carryOut(plan, session)
                        plans.append(plan)
                        outcomes.append(.success(()))
                    } catch {
                        // A conflict is found before anything is written.
                        guard case .conflict = error else { throw error }
                        outcomes.append(.failure(error))
                    }
                }
            }
        } catch {
            return group.map { _ in .failure(error) }
        }
        for plan in plans { planner.remember(plan) }
        if plans.contains(where: \.erases) { engine.forget() }
        return outcomes
    }
}
