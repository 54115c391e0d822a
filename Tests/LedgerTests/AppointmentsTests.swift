import Base
import ContractKit
import Ledger
import Storage
import Testing

@Suite("Appointments")
struct AppointmentsTests {
    private let bench = ContractBench([AppointmentsContract.self])
    private let clinic = ContractBench.account(1)
    private let session = Hash256.zero

    private func open(places: UInt64) -> Call {
        Call(
            AppointmentsContract.self, "open",
            AppointmentsContract.Open(session: session, places: places))
    }

    private func name(_ call: String) -> Call {
        Call(
            AppointmentsContract.self, call, AppointmentsContract.NameSession(session: session))
    }

    @Test("go to those who book first, and come back when cancelled")
    func places() throws {
        #expect(try bench.run(open(places: 2), by: clinic) == nil)
        let residents = (2...4).map { ContractBench.account($0) }
        #expect(try bench.run(name("book"), by: residents[0]) == nil)
        #expect(try bench.run(name("book"), by: residents[1]) == nil)
        #expect(try bench.run(name("book"), by: residents[2]) == "appointments.full")
        #expect(try bench.run(name("cancel"), by: residents[0]) == nil)
        #expect(try bench.run(name("book"), by: residents[2]) == nil)
        #expect(
            try AppointmentsQueries.bookings(in: session, limit: 9, state: bench.store)
                == Array(residents[1...]))
        #expect(bench.events.map(\.name) == ["opened", "booked", "booked", "cancelled", "booked"])
    }

    @Test("are refused with a code that the registry can explain")
    func refusals() throws {
        #expect(try bench.run(name("book"), by: clinic) == "appointments.session-unknown")
        #expect(try bench.run(open(places: 0), by: clinic) == "call.malformed")
        #expect(try bench.run(open(places: 1), by: clinic) == nil)
        #expect(try bench.run(open(places: 1), by: clinic) == "appointments.session-used")
        #expect(try bench.run(name("cancel"), by: clinic) == "appointments.not-booked")
        #expect(try bench.run(name("book"), by: clinic) == nil)
        #expect(try bench.run(name("book"), by: clinic) == "appointments.already-booked")
        for refusal in AppointmentsContract.refusals {
            #expect(bench.registry.refusal(for: refusal.code) == refusal)
        }
    }

    @Test("keep nothing of a transaction when one of its calls is refused")
    func allOrNothing() throws {
        let calls = [open(places: 1), name("book"), name("book")]
        #expect(try bench.run(calls, by: clinic) == "appointments.already-booked")
        #expect(try bench.run(name("book"), by: clinic) == "appointments.session-unknown")
    }
}
