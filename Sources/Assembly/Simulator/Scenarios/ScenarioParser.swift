/// Reads scenarios strictly: a word that is not understood is an error, not a remark.
struct ScenarioParser {
    var scenario = Scenario()
    var words: [Substring] = []
    var next = 0
    private var number = 0

    static func read(_ text: String) throws(ScenarioError) -> Scenario {
        var parser = ScenarioParser()
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            parser.number += 1
            let plain = line.prefix { $0 != "#" }
            parser.words = plain.split(separator: " ")
            parser.next = 0
            guard let word = parser.words.first else { continue }
            parser.next = 1
            if try parser.readZone(word) {
                guard parser.scenario.lines.isEmpty else {
                    throw parser.error("`\(word)` must stand before everything that happens")
                }
            } else {
                let command = try parser.readCommand(word)
                parser.scenario.lines.append(
                    Scenario.Line(number: parser.number, text: String(plain), command: command))
            }
            guard parser.next == parser.words.count else {
                throw parser.error("`\(parser.words[parser.next])` is too much")
            }
        }
        return parser.scenario
    }

    // MARK: Words

    func error(_ text: String) -> ScenarioError {
        ScenarioError(line: number, text: text)
    }

    mutating func word(_ what: String) throws(ScenarioError) -> String {
        guard next < words.count else { throw error("\(what) is missing") }
        next += 1
        return String(words[next - 1])
    }

    mutating func whole(
        _ what: String, atMost limit: UInt64 = 10_000_000
    ) throws(ScenarioError) -> UInt64 {
        let text = try word(what)
        guard let value = UInt64(text), value <= limit else {
            throw error("\(what) is a number up to \(limit), not `\(text)`")
        }
        return value
    }

    mutating func machine() throws(ScenarioError) -> Int {
        let limit = UInt64(scenario.plan.weights.count + scenario.plan.twins.count)
        let value = try whole("the machine", atMost: limit)
        guard value >= 1 else { throw error("machines are counted from 1") }
        return Int(value) - 1
    }

    mutating func seat() throws(ScenarioError) -> Int {
        let value = try whole("the node", atMost: UInt64(scenario.plan.weights.count))
        guard value >= 1 else { throw error("nodes are counted from 1") }
        return Int(value) - 1
    }

    mutating func choice<Choice: RawRepresentable>(
        _ what: String, _: Choice.Type
    ) throws(ScenarioError) -> Choice where Choice.RawValue == String {
        let text = try word(what)
        guard let value = Choice(rawValue: text) else {
            throw error("`\(text)` is no \(what)")
        }
        return value
    }

    mutating func flag(
        _ what: String, _ yes: String, _ no: String
    ) throws(ScenarioError) -> Bool {
        let text = try word(what)
        guard text == yes || text == no else { throw error("\(what) is `\(yes)` or `\(no)`") }
        return text == yes
    }

    mutating func rest(atMost limit: UInt64) throws(ScenarioError) -> [UInt64] {
        var values: [UInt64] = []
        while next < words.count { values.append(try whole("a weight", atMost: limit)) }
        return values
    }

    // MARK: The zone

    mutating func readZone(_ name: Substring) throws(ScenarioError) -> Bool {
        switch name {
        case "nodes":
            let count = try whole("the number of nodes", atMost: 7)
            guard count >= 1 else { throw error("a zone has a node") }
            scenario.plan.weights = [UInt64](repeating: 1, count: Int(count))
        case "weights":
            let weights = try rest(atMost: 100)
            guard (1...7).contains(weights.count), weights.allSatisfy({ $0 > 0 }) else {
                throw error("1 to 7 weights, none of them 0")
            }
            scenario.plan.weights = weights
        case "followers":
            let limit = UInt64(scenario.plan.weights.count - 1)
            scenario.plan.followerCount = Int(try whole("the number", atMost: limit))
        case "twin": scenario.plan.twins.append(try seat())
        case "dishonest":
            scenario.plan.byzantine.append(try seat())
            scenario.plan.mischief = []
            while next < words.count {
                let name = try word("the mischief")
                guard let mischief = WorldPlan.Mischief(name: name) else {
                    throw error("`\(name)` is no mischief")
                }
                scenario.plan.mischief.insert(mischief)
            }
        case "delay":
            let low = try whole("the shortest delay", atMost: 10_000)
            let high = try whole("the longest delay", atMost: 10_000)
            guard low <= high else { throw error("the shortest delay comes first") }
            scenario.plan.delay = low...high
        case "skew":
            let machine = try machine()
            scenario.skews.append((machine, Int64(try whole("the milliseconds"))))
        case "sync": scenario.plan.syncDelay = try whole("the milliseconds", atMost: 10_000)
        case "execution":
            scenario.plan.executionDelay = try whole("the milliseconds", atMost: 10_000)
        case "seed": scenario.seed = try whole("the seed", atMost: .max)
        default: return false
        }
        return true
    }
}

extension WorldPlan.Mischief {
    /// The mischief with this name in scenarios.
    init?(name: String) {
        switch name {
        case "equivocates": self = .equivocates
        case "votes-for-all": self = .votesForAll
        case "lies-about-views": self = .liesAboutViews
        case "withholds": self = .withholds
        case "repeats": self = .repeats
        case "leads-unjustified": self = .leadsUnjustified
        case "claims-heights": self = .claimsHeights
        case "serves-wrong": self = .servesWrong
        case "hides-locks": self = .hidesLocks
        case "flaps": self = .flaps
        default: return nil
        }
    }
}
