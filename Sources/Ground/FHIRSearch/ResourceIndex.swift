package import Base

/// Where versions of resources are kept and found: what the FHIR server needs of a database.
///
/// All engines behave the same; one conformance suite says how. Calls block the thread and may
/// come from many threads at once. What a write brought is seen by every call that begins after
/// it returned.
package protocol ResourceIndex: Sendable {
    /// Writes all changes, in order, or none; durable when this returns.
    func write(_ changes: [IndexChange]) throws(IndexError)

    /// The newest version, which may be a deletion; nil when there never was one.
    func current(_ name: ResourceName) throws(IndexError) -> StoredVersion?

    /// One version; nil when there is none of this number.
    func version(_ name: ResourceName, _ number: UInt64) throws(IndexError) -> StoredVersion?

    /// Versions, the newest first, of what is visible.
    func history(_ request: HistoryRequest) throws(IndexError) -> HistoryPage

    /// Versions of one type in the order in which they were written, from behind a position on, at
    /// most `limit`.
    ///
    /// Positions are above 0 and ascend with every write; gaps between them mean nothing.
    func versions(
        of type: String, after position: UInt64, limit: Int
    ) throws(IndexError) -> [(position: UInt64, version: StoredVersion)]

    /// The position of the newest version of any type; 0 before the first.
    func lastPosition() throws(IndexError) -> UInt64

    /// What matches, with what is included, one page of it.
    ///
    /// Everything invisible is treated as if it did not exist: as a match, as an included
    /// resource, and as a link of a chain.
    func search(_ request: SearchRequest) throws(IndexError) -> SearchPage

    /// All scopes whose label starts with the prefix, ascending by number.
    func scopes(startingWith prefix: [UInt8]) throws(IndexError) -> [NumberedScope]

    /// A value that was kept beside the resources, at rest as secret as their bodies.
    func note(_ key: String) throws(IndexError) -> [UInt8]?

    /// Keys of notes that start with the prefix, ascending, at most `limit`, behind `after`.
    func notes(
        startingWith prefix: String, after: String?, limit: Int
    ) throws(IndexError) -> [(key: String, value: [UInt8])]
}

/// A resource's type and logical id.
package struct ResourceName: Hashable, Comparable, Sendable {
    package let type: String
    package let id: String

    package init(type: String, id: String) { (self.type, self.id) = (type, id) }

    /// The relative reference, such as `Patient/1`.
    package var text: String { type + "/" + id }

    package static func < (left: ResourceName, right: ResourceName) -> Bool {
        (left.type, left.id) < (right.type, right.id)
    }
}

/// One version of a resource as it is kept.
package struct StoredVersion: Hashable, Sendable {
    /// What made the version.
    package enum Method: UInt8, Hashable, Sendable { case create = 1, update, delete }

    package let name: ResourceName
    /// From 1, ascending by 1.
    package let number: UInt64
    package let method: Method
    package let lastUpdated: Timestamp
    /// Who may see it: an opaque label of at most 128 bytes that the caller decides on.
    package let scope: [UInt8]
    /// Where it came from: opaque bytes of the caller, at most 256.
    package let origin: [UInt8]
    /// The resource's JSON, `id` and `meta` as they are served; nil for a deletion and after an
    /// erasure.
    package let body: [UInt8]?

    package init(
        name: ResourceName, number: UInt64, method: Method, lastUpdated: Timestamp,
        scope: [UInt8], origin: [UInt8], body: [UInt8]?
    ) {
        (self.name, self.number, self.method) = (name, number, method)
        (self.lastUpdated, self.scope, self.origin) = (lastUpdated, scope, origin)
        self.body = body
    }
}

/// One change of an index.
package enum IndexChange: Sendable {
    /// A new version, which becomes the current one; its terms take the place of the former
    /// version's. A deletion has none.
    case put(StoredVersion, IndexTerms)
    /// Bodies and terms of all versions are gone for good; the versions stay without them.
    case erase(ResourceName)
    /// Keeps a value of at most a mebibyte under a key of at most 200 bytes; nil removes it.
    case note(key: String, value: [UInt8]?)
}

/// A scope's label with the number that the index gave to it.
package struct NumberedScope: Hashable, Sendable {
    package let number: Int64
    package let label: [UInt8]

    package init(number: Int64, label: [UInt8]) { (self.number, self.label) = (number, label) }
}

/// Which scopes a request may see.
package enum Visibility: Hashable, Sendable {
    case everything
    /// Numbers, ascending.
    case scopes([Int64])
}

/// A question about versions.
package struct HistoryRequest: Hashable, Sendable {
    package enum Subject: Hashable, Sendable {
        case system
        case type(String)
        case resource(ResourceName)
    }

    package let subject: Subject
    package let visible: Visibility
    /// Versions from this instant on; nil for all.
    package var since: Timestamp?
    /// Versions up to this instant, inclusive; nil for all.
    package var until: Timestamp?
    /// At most so many.
    package let count: Int
    /// Where the page before ended; nil for the first.
    package var after: PageMark?

    package init(
        subject: Subject, visible: Visibility, since: Timestamp? = nil, until: Timestamp? = nil,
        count: Int, after: PageMark? = nil
    ) {
        (self.subject, self.visible, self.since) = (subject, visible, since)
        (self.until, self.count, self.after) = (until, count, after)
    }
}

/// Versions of a history.
package struct HistoryPage: Sendable {
    package let versions: [StoredVersion]
    /// How many there are on all pages.
    package let total: Int
    package let next: PageMark?

    package init(versions: [StoredVersion], total: Int, next: PageMark?) {
        (self.versions, self.total, self.next) = (versions, total, next)
    }
}

/// Where a page ended: opaque text of at most 512 URL-safe characters.
///
/// A stranger may send it back changed: then it is refused or leads elsewhere in what is visible.
package struct PageMark: Hashable, Sendable {
    package let text: String

    package init(text: String) { self.text = text }
}

/// A search with all that it needs to be answered.
package struct SearchRequest: Sendable {
    package let query: SearchQuery
    package let visible: Visibility
    package var after: PageMark?

    package init(query: SearchQuery, visible: Visibility, after: PageMark? = nil) {
        (self.query, self.visible, self.after) = (query, visible, after)
    }
}

/// One page of what was found.
package struct SearchPage: Sendable {
    /// In the order asked for; ties in the order of type and id.
    package let matches: [StoredVersion]
    /// What `_include` and `_revinclude` brought, without the matches, by type and id.
    package let included: [StoredVersion]
    /// Matches on all pages; nil when the query does not ask for it.
    package let total: Int?
    package let next: PageMark?

    package init(
        matches: [StoredVersion], included: [StoredVersion], total: Int?, next: PageMark?
    ) {
        (self.matches, self.included, self.total, self.next) = (matches, included, total, next)
    }
}

/// Why an index could not do what it was asked.
package enum IndexError: Error, Hashable, Sendable {
    /// The database cannot be reached or written, in the words of its library.
    case unavailable(String)
    /// The database holds what no index wrote.
    case corrupt(String)
    /// The key does not open the database.
    case wrongKey
    /// The mark of a page is not one that this index gave.
    case pageMark
    /// The version to be put is not the next one: somebody else was faster.
    case conflict(ResourceName)
    /// Includes or matches of one page beyond a limit that has this name.
    case limit(String)
}
