/// Where a page of a history ended: the place of its last version in the order of writing.
package struct HistoryPosition: Hashable, Sendable {
    package let number: UInt64

    package init(_ number: UInt64) { self.number = number }

    /// The mark, which is read by ``init(_:)``.
    package var mark: PageMark { PageMark(text: String(number)) }

    /// Reads a mark; nil when it is no place.
    package init?(_ mark: PageMark) {
        guard mark.text.utf8.count <= 20, let number = UInt64(mark.text),
            number <= UInt64(Int64.max)
        else { return nil }
        self.number = number
    }
}
