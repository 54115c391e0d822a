/// The smallest part of an expression that has a meaning.
struct Token: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case identifier(String)
        /// An identifier in back quotes, which is never a keyword.
        case delimited(String)
        case string(String)
        case number(String)
        case date(String)
        case dateTime(String)
        case time(String)
        /// `%name`, without the sign.
        case external(String)
        /// `$this` and the like, without the sign.
        case special(String)
        case symbol(String)
        case end
    }

    let kind: Kind
    /// The first byte in the text.
    let offset: Int
}
