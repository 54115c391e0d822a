import Base
import ContractKit
import Encoding
import FHIRModel
import Ledger
import Membership
import Records
import Storage
import Testing

@Suite("Records")
struct RecordsTests {
    @Test("keeps both versions of an amended record, with writer and transaction")
    func amend() throws {
        let cast = try TestCast()
        let (zone, state) = (cast.zone, cast.zone.store)
        try zone.send(.publish(epoch: 1), by: cast.zhang)
        let record = zone.random.hash256()
        let (first, second) = (RecordContent(zone), RecordContent(zone, epoch: 2))
        let write = try zone.transaction(
            [.write(record, of: cast.zhang, first)], by: cast.hospital)
        let outcome = try #require(try zone.block([write])?.outcomes.first)
        let place = [0x82, 0x58, 0x20] + record.bytes
        #expect(
            outcome.events == [
                Event(
                    module: "records", name: "written",
                    accounts: [cast.zhang.id, cast.hospital.id], data: place + [1])
            ])
        try zone.send(.publish(epoch: 2), by: cast.zhang)
        let events = try zone.send(.amend(record, of: cast.zhang, second), by: cast.hospital)
        #expect(events.map(\.name) == ["amended"])
        #expect(events.map(\.data) == [place + [2]])
        let versions = try RecordQueries.versions(of: record, limit: 10, in: state)
        #expect(versions.map(\.number) == [1, 2])
        #expect(
            versions.first?.version
                == RecordVersion(
                    content: first, writer: cast.hospital.id, height: 5, transaction: write.id))
        #expect(versions.last?.version.content == second)
        #expect(versions.last?.version.height == 7)
        #expect(
            try RecordQueries.item(record, of: cast.zhang.id, in: state)
                == RecordItem(domain: .medical, writer: cast.hospital.id, versions: 2))
        #expect(try RecordQueries.version(3, of: record, in: state) == nil)
        for key in [
            RecordQueries.itemStateKey(record, of: cast.zhang.id),
            RecordQueries.versionStateKey(2, of: record),
        ] {
            #expect(try state.value(for: key) != nil)
        }
    }

    @Test("lets residents and institutions write about themselves")
    func ownRecords() throws {
        let cast = try TestCast()
        for owner in [cast.li, cast.clinic] {
            try cast.zone.send(.publish(epoch: 1), by: owner)
            let record = cast.zone.random.hash256()
            try cast.zone.send(.write(record, of: owner, RecordContent(cast.zone)), by: owner)
            try cast.zone.send(.amend(record, of: owner, RecordContent(cast.zone)), by: owner)
            let item = try RecordQueries.item(record, of: owner.id, in: cast.zone.store)
            #expect(item?.writer == owner.id)
            #expect(item?.versions == 2)
        }
    }

    @Test("lets an institution write about a resident who is suspended")
    func suspendedOwner() throws {
        let cast = try TestCast()
        try cast.zone.send(.publish(epoch: 1), by: cast.zhang)
        try cast.set(cast.zhang, .suspended)
        try cast.zone.send(
            .write(.zero, of: cast.zhang, RecordContent(cast.zone)), by: cast.hospital)
        #expect(try RecordQueries.item(.zero, of: cast.zhang.id, in: cast.zone.store) != nil)
    }

    @Test("lists an owner's records page by page, and no one else's")
    func pages() throws {
        let cast = try TestCast()
        try cast.zone.send(.publish(epoch: 1), by: cast.zhang)
        try cast.zone.send(.publish(epoch: 1), by: cast.hospital)
        var records: [Hash256] = []
        for _ in 0..<5 {
            let record = cast.zone.random.hash256()
            records.append(record)
            try cast.zone.send(
                .write(record, of: cast.zhang, RecordContent(cast.zone)),
                .write(cast.zone.random.hash256(), of: cast.hospital, RecordContent(cast.zone)),
                by: cast.hospital)
        }
        var found: [Hash256] = []
        while true {
            let page = try RecordQueries.items(
                of: cast.zhang.id, after: found.last, limit: 2, in: cast.zone.store)
            found += page.map(\.record)
            if page.count < 2 { break }
        }
        #expect(found == records.sorted())
    }

    @Test("erases at the wish of the owner or the authority, and keeps the commitments")
    func erase() throws {
        let cast = try TestCast()
        try cast.zone.send(.publish(epoch: 1), by: cast.zhang)
        for eraser in [cast.zhang, cast.authority] {
            let record = cast.zone.random.hash256()
            try cast.zone.send(
                .write(record, of: cast.zhang, RecordContent(cast.zone)), by: cast.hospital)
            let events = try cast.zone.send(.erase(record, of: cast.zhang), by: eraser)
            #expect(events.map(\.name) == ["erased"])
            #expect(events.map(\.accounts) == [[cast.zhang.id, cast.hospital.id]])
            let item = try RecordQueries.item(record, of: cast.zhang.id, in: cast.zone.store)
            #expect(item?.status(at: cast.zone.now) == .erased)
            #expect(item?.erasure?.erasedBy == eraser.id)
            #expect(item?.erasure?.height == cast.zone.replica.head.height)
            #expect(try RecordQueries.version(1, of: record, in: cast.zone.store) != nil)
        }
    }

    @Test("holds a record against erasure until the hold ends by itself")
    func holdEnds() throws {
        let cast = try TestCast()
        let zone = cast.zone
        try zone.send(.publish(epoch: 1), by: cast.zhang)
        try zone.send(.write(.zero, of: cast.zhang, RecordContent(zone)), by: cast.hospital)
        let until = zone.now.advanced(bySeconds: 100)
        try zone.send(.hold(.zero, of: cast.zhang, until: until), by: cast.hospital)
        // An amendment keeps the hold.
        try zone.send(.amend(.zero, of: cast.zhang, RecordContent(zone)), by: cast.hospital)
        let item = try #require(try RecordQueries.item(.zero, of: cast.zhang.id, in: zone.store))
        #expect(item.hold?.until == until)
        let lastMoment = Timestamp(milliseconds: until.milliseconds - 1)
        #expect(item.status(at: lastMoment) == .held)
        #expect(item.status(at: until) == .active)
        #expect(
            try zone.attempt(.erase(.zero, of: cast.zhang), by: cast.zhang).failure
                == "records.held")
        zone.advance(seconds: 100)
        try zone.send(.erase(.zero, of: cast.zhang), by: cast.zhang)
    }

    @Test("releases a hold at the word of the writer or the authority")
    func release() throws {
        let cast = try TestCast()
        let zone = cast.zone
        try zone.send(.publish(epoch: 1), by: cast.zhang)
        try zone.send(.write(.zero, of: cast.zhang, RecordContent(zone)), by: cast.hospital)
        for releaser in [cast.hospital, cast.authority] {
            let until = zone.now.advanced(bySeconds: RecordsLimits.holdSeconds)
            let events =
                try zone.send(.hold(.zero, of: cast.zhang, until: until), by: cast.hospital)
                + zone.send(.release(.zero, of: cast.zhang), by: releaser)
            #expect(events.map(\.name) == ["held", "released"])
            #expect(
                try RecordQueries.item(.zero, of: cast.zhang.id, in: zone.store)?.hold == nil)
        }
        try zone.send(.erase(.zero, of: cast.zhang), by: cast.zhang)
    }
}

extension RecordContent {
    /// Content that a vault could hold.
    init(_ zone: TestZone, epoch: UInt64 = 1) {
        self.init(
            commitment: zone.random.hash256(), body: zone.random.hash256(),
            envelope: zone.random.hash256(), epoch: epoch)
    }
}

extension Call {
    static func write(
        _ record: Hash256, of owner: TestAccount, domain: Domain = .medical,
        _ content: RecordContent
    ) -> Call {
        Call(
            RecordsContract.self, "write",
            RecordsContract.Write(
                owner: owner.id, record: record, domain: domain, content: content))
    }

    static func amend(
        _ record: Hash256, of owner: TestAccount, _ content: RecordContent
    ) -> Call {
        Call(
            RecordsContract.self, "amend",
            RecordsContract.Amend(owner: owner.id, record: record, content: content))
    }

    static func erase(_ record: Hash256, of owner: TestAccount) -> Call {
        Call(
            RecordsContract.self, "erase",
            RecordsContract.Erase(owner: owner.id, record: record, reason: .test))
    }

    static func hold(_ record: Hash256, of owner: TestAccount, until: Timestamp) -> Call {
        Call(
            RecordsContract.self, "hold",
            RecordsContract.Hold(
                owner: owner.id, record: record, hold: RecordHold(reason: .test, until: until)))
    }

    static func release(_ record: Hash256, of owner: TestAccount) -> Call {
        Call(
            RecordsContract.self, "release",
            RecordsContract.Release(owner: owner.id, record: record))
    }
}
