import Base
import ContractKit
import Encoding
import Ledger
import Storage

/// A session of a clinic: how many places it has and how many are taken.
///
/// Its identifier is random. When it takes place is known to those who need it, not to the chain.
struct Session: Hashable, CBORCodable {
    let owner: AccountID
    let places: UInt64
    var taken: UInt64

    init(owner: AccountID, places: UInt64, taken: UInt64 = 0) {
        (self.owner, self.places, self.taken) = (owner, places, taken)
    }

    func encode(to writer: inout CBORWriter) {
        writer.array(4)
        writer.unsigned(1)
        owner.encode(to: &writer)
        writer.unsigned(places)
        writer.unsigned(taken)
    }

    init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(4, "session")
        try reader.version(1, "session")
        owner = try AccountID(from: &reader)
        places = try reader.unsigned()
        taken = try reader.unsigned()
    }
}

/// A place in a session that somebody has.
struct Booking: Hashable, CBORCodable {
    /// The height of the block that made it.
    let height: UInt64

    init(height: UInt64) { self.height = height }

    func encode(to writer: inout CBORWriter) {
        writer.array(2)
        writer.unsigned(1)
        writer.unsigned(height)
    }

    init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(2, "booking")
        try reader.version(1, "booking")
        height = try reader.unsigned()
    }
}

/// The tables, which only this module touches.
enum AppointmentsTables {
    static let sessions = Table<Hash256, Session>("appointments/sessions")
    static let bookings = Table<PairKey<Hash256, AccountID>, Booking>("appointments/bookings")
}

/// What the node and other modules may ask.
enum AppointmentsQueries {
    /// Who has a place in a session, in the order of accounts, behind `after`.
    static func bookings(
        in session: Hash256, after: AccountID? = nil, limit: Int, state: any StateReader
    ) throws(StorageError) -> [AccountID] {
        let prefix = session.tableKey
        let found = try AppointmentsTables.bookings.rows(
            startingWith: prefix, after: after.map { prefix + $0.tableKey }, limit: limit,
            in: state)
        var accounts: [AccountID] = []
        for (key, _) in found {
            accounts.append(try AccountID(tableKey: key.dropFirst(prefix.count)))
        }
        return accounts
    }
}
