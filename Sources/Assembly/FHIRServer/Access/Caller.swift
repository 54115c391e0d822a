package import FHIRModel
package import Ledger

/// Who asks, what for, and what the token lets them do.
package struct Caller: Hashable, Sendable {
    /// The account in whose name consents are decided and reads are recorded.
    package let account: AccountID
    /// Whether the account is the institution or one of its practitioners: only they write.
    package let isStaff: Bool
    package let purpose: Purpose
    package let scopes: ScopeSet
    /// The registered client that holds the token; nil inside of the process.
    package let client: String?

    package init(
        account: AccountID, isStaff: Bool, purpose: Purpose, scopes: ScopeSet,
        client: String? = nil
    ) {
        (self.account, self.isStaff) = (account, isStaff)
        (self.purpose, self.scopes, self.client) = (purpose, scopes, client)
    }

    /// Refuses what the token's scopes do not cover.
    func requireScope(_ permission: ScopeSet.Permission, _ type: String) throws(FHIRError) {
        guard scopes.allows(permission, type) else {
            throw FHIRError(
                403, "forbidden", "scope",
                "The token's scopes do not cover `\(permission.letter)` of \(type). Ask for a "
                    + "token with system/\(type).\(permission.letter).",
                "令牌的权限范围不包括对 \(type) 的 `\(permission.letter)`。请申请含 "
                    + "system/\(type).\(permission.letter) 的令牌。")
        }
    }

    /// Refuses what the token's scopes do not cover, and writes of others than the staff.
    func require(_ permission: ScopeSet.Permission, _ type: String) throws(FHIRError) {
        try requireScope(permission, type)
        guard permission == .read || permission == .search || isStaff else {
            throw .forbidden(
                "Only the institution that runs this server and its practitioners write here.",
                "只有运行本服务器的机构及其医务人员可以写入。")
        }
    }
}

/// Scopes of SMART App Launch 2.0, such as `system/Observation.rs`.
///
/// Scopes of version 1 (`.read`, `.write`, `.*`) are taken too. What they say about the level
/// (`patient/`, `user/`, `system/`) decides nothing here: consents do.
package struct ScopeSet: Hashable, Sendable {
    package enum Permission: UInt8, CaseIterable, Hashable, Sendable {
        case create = 1
        case read = 2
        case update = 4
        case delete = 8
        case search = 16

        var letter: String {
            switch self {
            case .create: "c"
            case .read: "r"
            case .update: "u"
            case .delete: "d"
            case .search: "s"
            }
        }
    }

    /// Scopes of one token.
    static let limit = 256

    /// The texts, ascending.
    package let texts: [String]
    private let types: [String: UInt8]

    /// Reads texts that are separated by spaces, and leaves out what is none.
    package init(_ text: String) {
        var types: [String: UInt8] = [:]
        var texts: Set<String> = []
        for part in text.split(separator: " ").prefix(Self.limit) {
            guard let (type, letters) = Self.parse(part) else { continue }
            types[type, default: 0] |= letters
            texts.insert(String(part))
        }
        self.types = types
        self.texts = texts.sorted()
    }

    package func allows(_ permission: Permission, _ type: String) -> Bool {
        ((types["*"] ?? 0) | (types[type] ?? 0)) & permission.rawValue != 0
    }

    package var isEmpty: Bool { types.isEmpty }

    /// What both allow, by the texts of this one.
    package func limited(to other: ScopeSet) -> ScopeSet {
        ScopeSet(
            texts.filter { text in
                guard let (type, letters) = Self.parse(text[...]) else { return false }
                return Permission.allCases.allSatisfy {
                    letters & $0.rawValue == 0 || other.allows($0, type)
                }
            }.joined(separator: " "))
    }

    private static func parse(_ text: Substring) -> (type: String, letters: UInt8)? {
        guard let slash = text.firstIndex(of: "/"), let dot = text.lastIndex(of: "."),
            slash < dot, ["patient", "user", "system"].contains(text[..<slash])
        else { return nil }
        let type = text[text.index(after: slash)..<dot]
        guard type == "*" || type.utf8.allSatisfy({ $0 | 0x20 >= 97 && $0 | 0x20 <= 122 }),
            !type.isEmpty
        else { return nil }
        let letters = text[text.index(after: dot)...]
        let all: (Permission...) -> UInt8 = { $0.reduce(0) { $0 | $1.rawValue } }
        switch letters {
        case "read": return (String(type), all(.read, .search))
        case "write": return (String(type), all(.create, .update, .delete))
        case "*": return (String(type), all(.create, .read, .update, .delete, .search))
        default: break
        }
        // The letters of version 2 stand in this order, each at most once.
        var rest = Substring("cruds")
        var sum: UInt8 = 0
        for letter in letters {
            guard let place = rest.firstIndex(of: letter) else { return nil }
            rest = rest[rest.index(after: place)...]
            sum |= Permission.allCases.first { $0.letter == String(letter) }?.rawValue ?? 0
        }
        return sum == 0 ? nil : (String(type), sum)
    }
}
