import System

/// The languages of the command line.
enum Language: String, Sendable, CaseIterable {
    case english = "en"
    case chinese = "zh"

    /// `--lang`, then LC_ALL, LC_MESSAGES and LANG; English when none of them speaks Chinese.
    static func choose(option: String?) -> Language? {
        if let option { return Language(rawValue: String(option.prefix(2))) }
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            guard let value = Environment.value(name), !value.isEmpty else { continue }
            return value.hasPrefix("zh") ? .chinese : .english
        }
        return .english
    }
}

/// One text in every language of the command line.
struct Localized: Hashable, Sendable {
    let english: String
    let chinese: String

    init(_ english: String, _ chinese: String) { (self.english, self.chinese) = (english, chinese) }

    func text(_ language: Language) -> String {
        switch language {
        case .english: english
        case .chinese: chinese
        }
    }
}
