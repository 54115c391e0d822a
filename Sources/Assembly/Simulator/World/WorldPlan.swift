import Base
import Finality

/// Everything about one simulated world that its seed decides before it begins.
package struct WorldPlan {
    /// Chances that are raised or lowered together, for a purpose.
    package enum Profile: String, CaseIterable, Sendable {
        /// Drawn anew for each seed, from calm to nasty.
        case mixed
        /// No faults but delays: shows that nothing is lost without reason.
        case calm
        /// Everything at once.
        case nasty
        /// Leaders and view changes: a bad engine, short cuts, a dishonest leader.
        case views
        /// Power losses and restarts in the middle of votes.
        case crashes
        /// Disks restored from old copies that are marked.
        case restores
    }

    /// What a dishonest validator does.
    struct Mischief: OptionSet {
        let rawValue: Int
        static let equivocates = Mischief(rawValue: 1)
        static let votesForAll = Mischief(rawValue: 2)
        static let liesAboutViews = Mischief(rawValue: 4)
        static let withholds = Mischief(rawValue: 8)
        static let repeats = Mischief(rawValue: 16)
        static let leadsUnjustified = Mischief(rawValue: 32)
        static let claimsHeights = Mischief(rawValue: 64)
        static let servesWrong = Mischief(rawValue: 128)
        static let hidesLocks = Mischief(rawValue: 256)
        static let flaps = Mischief(rawValue: 512)
        static let all = Mischief(rawValue: 1023)
    }

    /// A kind of fault and its share among all.
    enum Fault: CaseIterable {
        case crashProcess, crashPower, cutPair, cutOneWay, partition, engineDown, engineStall
        case engineTail, engineRewind, engineVice, copyDisk, restoreMarked, restoreUnmarked
        case crashAll, loseKind
    }

    var weights: [UInt64] = [1, 1, 1, 1]
    /// Seats that are no validators when the chain begins.
    var followerCount = 0
    var byzantine: [Int] = []
    var twins: [Int] = []
    var mischief = Mischief.all
    /// Milliseconds between two actions of a dishonest validator.
    var mischiefEvery: UInt64 = 300
    var delay: ClosedRange<UInt64> = 1...20
    var drop: UInt64 = 0
    var duplicate: UInt64 = 0
    var syncDelay: UInt64 = 0
    var syncFailure: UInt64 = 0
    var executionDelay: UInt64 = 5
    /// Milliseconds between two faults; none when nil.
    var faultEvery: UInt64?
    var faults: [(fault: Fault, share: UInt64)] = []
    var vices = SimulatedEngine.Vices()
    var submitEvery: UInt64 = 150
    var changesValidators = false
    /// Milliseconds by which wall clocks may be apart.
    var skew: UInt64 = 0
    /// The engine is as bad as before when the other faults end.
    var engineStaysBad = false
    var timing = FinalityTiming()
}

extension WorldPlan {
    /// The plan of a seed.
    static func draw(seed: UInt64, profile: Profile) -> WorldPlan {
        var chance = Chance(seed: seed ^ 0x504C_414E)
        var plan = WorldPlan()
        plan.drawSeats(&chance)
        // From 0, calm, to 3, nasty.
        let force: UInt64 =
            switch profile {
            case .calm: 0
            case .nasty, .views, .crashes, .restores: 3
            case .mixed: chance.below(4)
            }
        plan.delay = 1...(5 + chance.below(30 * (force + 1)))
        plan.skew = chance.below(3000)
        plan.executionDelay = chance.below(20)
        plan.submitEvery = chance.within(60...400)
        plan.changesValidators = chance.happens(400)
        guard force > 0 else { return plan }
        plan.drop = chance.happens(600) ? chance.below(60 * force) : 0
        plan.duplicate = chance.happens(500) ? chance.below(60 * force) : 0
        plan.syncDelay = chance.happens(500) ? chance.below(8 * force) : 0
        plan.syncFailure = chance.happens(200) ? 1 : 0
        plan.drawDishonest(&chance, profile)
        plan.drawVices(&chance, force)
        plan.faultEvery = chance.within(200...(4000 / force))
        plan.faults = Fault.allCases.compactMap { fault in
            let share = share(of: fault, profile, &chance)
            return share > 0 ? (fault, share) : nil
        }
        plan.engineStaysBad = chance.happens(400)
        return plan
    }

    private mutating func drawSeats(_ chance: inout Chance) {
        let count = 4 + Int(chance.below(UInt64(4)))
        weights = [UInt64](repeating: 1, count: count)
        if chance.happens(400) {
            // No validator may hold a third: weights between 2 and 3 of at least four.
            for index in weights.indices { weights[index] = chance.within(2...3) }
        }
        followerCount = count > 4 ? Int(chance.below(UInt64(2))) : 0
    }

    /// Dishonest validators and twins of less than a third of the weight together.
    private mutating func drawDishonest(_ chance: inout Chance, _ profile: Profile) {
        let isLikely = profile == .views
        guard chance.happens(isLikely ? 1000 : 650) else { return }
        let members = weights.count - followerCount
        let total = weights.prefix(members).reduce(0, +)
        var spent: UInt64 = 0
        for _ in 0..<2 {
            let seat = chance.below(members)
            guard !byzantine.contains(seat), !twins.contains(seat),
                3 * (spent + weights[seat]) < total
            else { continue }
            spent += weights[seat]
            if !isLikely, chance.happens(300) { twins.append(seat) } else { byzantine.append(seat) }
        }
        mischief = Mischief(rawValue: chance.below(1024))
        if isLikely || chance.happens(300) { mischief = .all }
        mischiefEvery = chance.within(100...900)
    }

    private mutating func drawVices(_ chance: inout Chance, _ force: UInt64) {
        guard chance.happens(600) else { return }
        vices.equivocates = chance.happens(500) ? chance.below(300 * force) : 0
        vices.lies = chance.happens(300) ? chance.below(50 * force) : 0
        vices.garbles = chance.happens(300) ? chance.below(30 * force) : 0
        vices.repeats = chance.happens(300) ? chance.below(100 * force) : 0
        vices.hides = chance.happens(300) ? chance.below(100 * force) : 0
    }

    private static func share(
        of fault: Fault, _ profile: Profile, _ chance: inout Chance
    ) -> UInt64 {
        let drawn = chance.happens(600) ? chance.within(1...10) : 0
        switch (profile, fault) {
        case (.crashes, .crashPower), (.crashes, .crashAll): return drawn + 20
        case (.restores, .restoreMarked), (.restores, .copyDisk): return drawn + 20
        case (.restores, .restoreUnmarked): return 0
        case (.views, .cutPair), (.views, .partition), (.views, .engineVice),
            (.views, .loseKind):
            return drawn + 10
        case (_, .crashAll): return drawn / 5
        default: return drawn
        }
    }
}
