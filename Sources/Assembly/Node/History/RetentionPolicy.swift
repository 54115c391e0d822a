package import Base
import Cryptography
import Encoding
package import Ledger

/// How long a node keeps the entries of one retention class.
package enum RetentionPeriod: Hashable, Sendable {
    case forever
    /// So many heights behind the newest one.
    case heights(UInt64)
    /// So many days before the newest block's time.
    case days(UInt64)
}

/// Which entries a node drops from its block log, and when: by the contracts that were called.
///
/// An entry is kept as long as any of its calls asks for. Calls that the policy does not name are
/// kept for ever, and so are governance and membership whatever the policy says. The format is in
/// `docs/formats/retention.md`.
package struct RetentionPolicy: Hashable, Sendable {
    package static let format = "kanglian-retention-1"
    /// Bytes of the file.
    package static let byteCount = 64 << 10
    /// Classes of one policy.
    package static let classCount = 32
    /// The class that every policy has.
    package static let permanent = "permanent"
    /// Heights that are kept whatever the policy says.
    ///
    /// A validator that was away for a moment catches up from whole blocks.
    package static let leastHeights: UInt64 = 128
    /// Modules whose entries are never dropped: who may decide, and who decided it.
    package static let fixedModules: Set<String> = ["governance", "membership", "ledger"]

    /// Periods by the name of the class; ``permanent`` is not among them.
    package let classes: [String: RetentionPeriod]
    /// The class of a module, or of one call as `module.call`.
    package let assignments: [String: String]

    /// Keeps everything for ever.
    package static let everything = RetentionPolicy(classes: [:], assignments: [:])

    init(classes: [String: RetentionPeriod], assignments: [String: String]) {
        (self.classes, self.assignments) = (classes, assignments)
    }

    /// The classes that end at some time, in the order of their names.
    package var limited: [String] {
        classes.filter { $0.value != .forever }.keys.sorted()
    }

    /// The class of a call.
    package func retentionClass(of call: Call) -> String {
        guard !Self.fixedModules.contains(call.module) else { return Self.permanent }
        return assignments["\(call.module).\(call.name)"] ?? assignments[call.module]
            ?? Self.permanent
    }

    /// A digest that changes with anything that changes what is dropped.
    var digest: Hash256 {
        var writer = CBORWriter()
        writer.list(classes.sorted { $0.key < $1.key }) { writer, item in
            writer.text(item.key)
            switch item.value {
            case .forever: writer.null()
            case .heights(let count): writer.unsigned(count)
            case .days(let count): writer.negative(count)
            }
        }
        writer.list(assignments.sorted { $0.key < $1.key }) { writer, item in
            writer.text(item.key)
            writer.text(item.value)
        }
        return HashSuite.sha256.hash(writer.bytes)
    }
}

extension RetentionPolicy {
    /// Reads a policy file strictly.
    ///
    /// - Throws: a refusal with the code `retention.malformed` that names the place.
    package init(parsing text: [UInt8]) throws(Refusal) {
        guard text.count <= Self.byteCount, let value = try? JSONValue(parsing: text),
            case .object(let members) = value, members.count == 3,
            value["format"]?.stringValue == Self.format,
            case .object(let classes)? = value["classes"],
            case .object(let modules)? = value["modules"]
        else {
            throw Self.malformed(
                "it has exactly the members format (\(Self.format)), classes and modules",
                "成员须恰为 format（\(Self.format)）、classes 与 modules")
        }
        guard classes.count <= Self.classCount, modules.count <= 1024 else {
            throw Self.malformed("it lists too much", "条目过多")
        }
        var periods: [String: RetentionPeriod] = [:]
        for member in classes {
            guard Self.isName(member.key), member.key != Self.permanent else {
                throw Self.malformed(
                    "a class cannot be called \(member.key)", "类别名不可为 \(member.key)")
            }
            periods[member.key] = try Self.period(member)
        }
        var assignments: [String: String] = [:]
        for member in modules {
            let parts = member.key.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count <= 2, parts.allSatisfy({ Self.isName($0) }),
                let name = member.value.stringValue
            else {
                throw Self.malformed("\(member.key) is no module or call", "\(member.key) 不是模块或调用")
            }
            guard name == Self.permanent || periods[name] != nil else {
                throw Self.malformed(
                    "\(member.key) has the class \(name), which is not listed",
                    "\(member.key) 的类别 \(name) 未列出")
            }
            guard name == Self.permanent || !Self.fixedModules.contains(String(parts[0])) else {
                throw Self.malformed("\(parts[0]) is always permanent", "\(parts[0]) 必须永久保留")
            }
            assignments[member.key] = name
        }
        self.init(classes: periods, assignments: assignments)
    }

    private static func period(_ member: JSONMember) throws(Refusal) -> RetentionPeriod {
        if member.value.stringValue == "forever" { return .forever }
        if case .object(let members) = member.value, members.count == 1,
            let text = members[0].value.numberText, let count = UInt64(text)
        {
            switch members[0].key {
            case "heights" where count >= leastHeights: return .heights(count)
            case "days" where (1...36_525).contains(count): return .days(count)
            default: break
            }
        }
        throw malformed(
            "\(member.key) is \"forever\", {\"heights\": N} from \(leastHeights) on, or "
                + "{\"days\": N} up to 36525",
            "\(member.key) 须为 \"forever\"、{\"heights\": N}（不少于 \(leastHeights)）或 "
                + "{\"days\": N}（不多于 36525）")
    }

    /// Lower-case letters, digits, hyphens: names of modules, calls and classes.
    private static func isName(_ text: some StringProtocol) -> Bool {
        (1...LedgerLimits.nameByteCount).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
            }
    }

    private static func malformed(_ english: String, _ chinese: String) -> Refusal {
        Refusal(
            "retention.malformed",
            "The retention policy cannot be used: \(english). Nothing was pruned.",
            "保留策略无法使用：\(chinese)。未清除任何内容。")
    }
}
