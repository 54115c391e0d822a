/// What a person is told when something is refused: a stable code and a sentence in two languages.
///
/// A refusal never carries patient data or keys. The sentence says what is wrong, where, and how to
/// mend it. Codes are lower-case words joined by dots and hyphens, such as `transaction.expired`.
package struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The stable code that programs match on.
    package let code: String

    /// The English sentence.
    package let english: String

    /// The same sentence in Chinese.
    package let chinese: String

    package init(_ code: String, _ english: String, _ chinese: String) {
        self.code = code
        self.english = english
        self.chinese = chinese
    }

    package var description: String { "\(code): \(english)" }
}
