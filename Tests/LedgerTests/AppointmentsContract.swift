import Base
import ContractKit
import Encoding
import Ledger

/// Places in sessions, given to whoever books first.
enum AppointmentsContract: Contract {
    static let name = "appointments"
    static let version: UInt64 = 1

    static var calls: [CallDefinition] {
        [
            CallDefinition("open", Open.self, .anyone, body: open),
            CallDefinition("book", NameSession.self, .anyone, body: book),
            CallDefinition("cancel", NameSession.self, .anyone, body: cancel),
        ]
    }

    static var refusals: [Refusal] { AppointmentsRefusal.refusals }

    /// Arguments of `open`.
    struct Open: Hashable, CBORCodable {
        let session: Hash256
        /// At least 1.
        let places: UInt64

        init(session: Hash256, places: UInt64) {
            (self.session, self.places) = (session, places)
        }

        func encode(to writer: inout CBORWriter) {
            writer.array(2)
            writer.hash(session)
            writer.unsigned(places)
        }

        init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(2, "session to open")
            session = try reader.hash()
            places = try reader.positive(field: "places")
        }
    }

    /// Arguments of `book` and `cancel`.
    struct NameSession: Hashable, CBORCodable {
        let session: Hash256

        init(session: Hash256) { self.session = session }

        func encode(to writer: inout CBORWriter) {
            writer.array(1)
            writer.hash(session)
        }

        init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(1, "session")
            session = try reader.hash()
        }
    }

    private static func open(_ call: Open, _ context: CallContext) throws(CallFailure) {
        guard try AppointmentsTables.sessions.row(call.session, in: context) == nil else {
            throw .because(AppointmentsRefusal.sessionUsed)
        }
        let session = Session(owner: context.sender, places: call.places)
        AppointmentsTables.sessions.put(call.session, session, in: context)
        try announce("opened", [context.sender], context)
    }

    private static func book(_ call: NameSession, _ context: CallContext) throws(CallFailure) {
        var session = try session(call.session, context)
        let place = PairKey(call.session, context.sender)
        guard try AppointmentsTables.bookings.row(place, in: context) == nil else {
            throw .because(AppointmentsRefusal.alreadyBooked)
        }
        guard session.taken < session.places else { throw .because(AppointmentsRefusal.full) }
        session.taken += 1
        let booking = Booking(height: context.block.height)
        AppointmentsTables.bookings.put(place, booking, in: context)
        AppointmentsTables.sessions.put(call.session, session, in: context)
        try announce("booked", [session.owner, context.sender], context)
    }

    private static func cancel(_ call: NameSession, _ context: CallContext) throws(CallFailure) {
        var session = try session(call.session, context)
        let place = PairKey(call.session, context.sender)
        guard try AppointmentsTables.bookings.row(place, in: context) != nil else {
            throw .because(AppointmentsRefusal.notBooked)
        }
        session.taken -= 1
        AppointmentsTables.bookings.remove(place, in: context)
        AppointmentsTables.sessions.put(call.session, session, in: context)
        try announce("cancelled", [session.owner, context.sender], context)
    }

    private static func session(
        _ id: Hash256, _ context: CallContext
    ) throws(CallFailure) -> Session {
        guard let session = try AppointmentsTables.sessions.row(id, in: context) else {
            throw .because(AppointmentsRefusal.sessionUnknown)
        }
        return session
    }

    private static func announce(
        _ name: String, _ accounts: [AccountID], _ context: CallContext
    ) throws(CallFailure) {
        try context.emit(Event(module: Self.name, name: name, accounts: accounts))
    }
}
