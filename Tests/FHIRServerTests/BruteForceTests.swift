import Agent
import Audit
import Base
import Consent
import Cryptography
import Encoding
import FHIRModel
import FHIRSearch
import FHIRServer
import Foundation
import HTTPServer
import IndexSQLite
import Ledger
import Node
import Sandbox
import System
import Testing

/// Every search of five callers over Synthea's patients at three institutions, in the index that
/// hospitals run, compared with a filter that decides each resource alone and scans what is left.
@Suite(
    "Consent over search",
    .enabled(if: SyntheaFolder.path != nil, "the shared data folder is absent"))
struct BruteForceTests {
    private static let institutions = 3

    /// Searches of a doctor's day; `%` is one patient.
    private static let searches = [
        "Patient", "Observation", "Condition?_count=500", "Patient/%/Observation",
        "Observation?patient=%", "Observation?code=http://loinc.org|8302-2",
        "Observation?date=ge2015&category=laboratory", "Condition?patient.gender=female",
        "Observation?subject:Patient.birthdate=lt1980&code=http://loinc.org|29463-7",
        "Patient?_has:Observation:patient:code=http://loinc.org|4548-4",
        "Encounter?patient=%&_include=Encounter:service-provider",
        "Patient?_id=%&_revinclude=Condition:patient", "MedicationRequest?status=active",
        "DiagnosticReport?_sort=-date", "Claim?patient=%", "Observation?value-quantity=gt100",
        "ExplanationOfBenefit?_summary=count", "Procedure?_total=accurate&_count=3",
    ]

    /// What the five callers may see by consent, beside what they may see anyway.
    private func consents(
        _ zone: FHIRZone, _ patients: [[(id: String, owner: AccountID)]]
    ) throws {
        func permit(
            _ recipient: GrantRecipient, _ domains: [Domain], _ patients: some Sequence<Int>,
            at place: Int, among all: [[(id: String, owner: AccountID)]], deny: Bool = false
        ) throws {
            let store = zone.institutions[place]
            for index in patients where index < all[place].count {
                let owner = all[place][index].owner
                let keys = try #require(OwnerLookup.keys(of: owner, in: store))
                let desk = OwnerDesk(
                    owner: keys, port: NodePort(node: zone.node, account: owner),
                    chain: zone.node.configuration.genesis.id, suite: .aes256GCM,
                    random: zone.random)
                let scope = GrantScope(domains: domains, purposes: [.treatment])
                let (from, until) = (
                    Timestamp(milliseconds: 0), zone.clock.now.advanced(bySeconds: 86_400)
                )
                _ =
                    deny
                    ? try desk.deny(recipient, scope: scope, from: from, until: until)
                    : try desk.permit(recipient, scope: scope, from: from, until: until)
            }
        }
        let doctors = zone.doctors.map { FHIRZone.account($0) }
        let systems = zone.institutions.map { FHIRZone.account($0) }
        for place in 0..<Self.institutions {
            try permit(
                .person(doctors[1]), [.laboratory, .medical], stride(from: 0, to: 99, by: 3),
                at: place, among: patients)
            try permit(
                .person(doctors[2]), Domain.allCases.filter(\.isPersonal),
                stride(from: 1, to: 99, by: 4), at: place, among: patients)
            try permit(
                .institution(systems[2]), [.medication, .administrative],
                stride(from: 0, to: 99, by: 2), at: place, among: patients)
        }
        try permit(
            .person(doctors[0]), [.medical], stride(from: 0, to: 99, by: 5), at: 0,
            among: patients, deny: true)
        try permit(
            .person(doctors[2]), [.laboratory], [1], at: 1, among: patients, deny: true)
    }

    @Test("results and counts are those of the filter, and every resource shown is on record")
    func equal() throws {
        let folder = try FileSystem.makeTemporaryFolder("brute-force")
        defer { try? FileSystem.removeTree(folder) }
        let zone = try FHIRZone(seed: 51, institutions: Self.institutions) { place in
            try SQLiteIndex(
                SQLiteSettings(path: "\(folder)/\(place).db", key: Hash256(words: (5, 1, 0, 1))))
        }
        let patients = try load(zone)
        try consents(zone, patients)
        let resident = patients[0][0].owner
        var compared = 0
        for place in 0..<Self.institutions {
            let callers: [Caller] = [
                zone.doctor(0, at: place), zone.doctor(1, at: place), zone.doctor(2, at: place),
                Caller(
                    account: FHIRZone.account(zone.institutions[2]), isStaff: place == 2,
                    purpose: .treatment, scopes: ScopeSet("system/*.rs")),
                Caller(
                    account: resident, isStaff: false, purpose: .treatment,
                    scopes: ScopeSet("patient/*.rs")),
            ]
            let extractor = TermExtractor(
                try FHIRZone.table.get(), base: "http://fhir.example/fhir")
            let all = try everything(zone.indexes[place]).map { version in
                let value = try JSONValue(parsing: try #require(version.body))
                return (version, extractor.terms(of: value, type: version.name.type))
            }
            for caller in callers {
                let filter = try Filter(all, caller, zone.node, at: zone.clock.now)
                for search in Self.searches {
                    let url = search.replacing("%", with: patients[place][0].id)
                    try compare(url, zone, place, caller, filter)
                    compared += 1
                }
                try expectAudited(zone, caller, place)
            }
        }
        #expect(compared == Self.institutions * 5 * Self.searches.count)
    }

    // MARK: Steps

    /// Loads the patients, the institutions in turn.
    private func load(_ zone: FHIRZone) throws -> [[(id: String, owner: AccountID)]] {
        let folder = try #require(SyntheaFolder.path)
        var patients = [[(id: String, owner: AccountID)]](repeating: [], count: Self.institutions)
        let pool = WorkerPool(threads: 1)
        defer { pool.close() }
        let names = try FileSystem.list(folder).filter { $0.hasSuffix(".json.bz2") }.sorted()
        var loaders = zone.hosts.map { BulkLoader(service: $0.service, pool: pool) }
        for (index, name) in names.enumerated() {
            let packed = try FileSystem.read(folder + "/" + name, limit: 1 << 26)
            let document = try JSONValue(parsing: try Bzip2.decompress(packed, limit: 1 << 28))
            try loaders[index % loaders.count].load(document)
        }
        for loader in loaders { try loader.finish() }
        loaders = []
        for place in 0..<Self.institutions {
            for version in try everything(zone.indexes[place]) where version.name.type == "Patient"
            {
                let label = try #require(RecordKind(scope: version.scope))
                patients[place].append((version.name.id, label.owner))
            }
            patients[place].sort { $0.id < $1.id }
            #expect(patients[place].count >= 3)
        }
        return patients
    }

    /// The newest version of every resource.
    private func everything(_ index: any ResourceIndex) throws -> [StoredVersion] {
        var versions: [StoredVersion] = []
        var after: PageMark?
        repeat {
            let page = try index.history(
                HistoryRequest(subject: .system, visible: .everything, count: 1000, after: after))
            versions += page.versions
            after = page.next
        } while after != nil
        return versions
    }

    private func compare(
        _ url: String, _ zone: FHIRZone, _ place: Int, _ caller: Caller, _ filter: Filter
    ) throws {
        let expected = try filter.answer(url)
        var found: (matches: [String], included: [String]) = ([], [])
        var total: Int?
        var next: String? = url
        var pages = 0
        while let url = next, pages < 400 {
            let answer = zone.ask(.get, url, as: caller, at: place)
            try #require(answer.status == 200, "\(url): \(answer.text)")
            total = answer.resource?["total"]?.integerValue ?? total
            for entry in answer.resource?["entry"]?.elements ?? [] {
                let name =
                    (entry["resource"]?["resourceType"]?.stringValue ?? "") + "/"
                    + (entry["resource"]?["id"]?.stringValue ?? "")
                if entry["search"]?["mode"] == "include" {
                    found.included.append(name)
                } else {
                    found.matches.append(name)
                }
            }
            next = answer.resource?["link"]?.elements
                .first { $0["relation"] == "next" }?["url"]?.stringValue
                .map { String($0.dropFirst("http://fhir.example/fhir/".count)) }
            pages += 1
        }
        #expect(Set(found.matches) == expected.matches, "\(url)")
        #expect(found.matches.count == expected.matches.count || url.contains("count"), "\(url)")
        #expect(Set(found.included) == expected.included, "\(url)")
        if let total { #expect(total == expected.total, "\(url)") }
        Self.shown.withLock { shown in
            for name in found.matches + found.included {
                shown[caller.account, default: []].insert("\(place) \(name)")
            }
        }
    }

    private static let shown = Shown([:])

    /// Every personal resource that was shown is named by an allowed audit entry of the reader.
    private func expectAudited(_ zone: FHIRZone, _ caller: Caller, _ place: Int) throws {
        zone.node.settleAudits()
        let shown = Self.shown.withLock { $0[caller.account] ?? [] }
        let state = try zone.node.state()
        var audited: [AccountID: Set<Hash256>] = [:]
        for version in try everything(zone.indexes[place])
        where shown.contains("\(place) \(version.name.text)") {
            let label = try #require(RecordKind(scope: version.scope))
            guard label.domain.isPersonal else { continue }
            if audited[label.owner] == nil {
                var records: Set<Hash256> = []
                var after: UInt64?
                while true {
                    let rows = try AuditQueries.list(
                        of: label.owner, after: after, limit: 500, in: state)
                    for row in rows
                    where row.row.read.allowed
                        && row.row.read.reader == caller.account
                    { records.formUnion(row.row.read.records) }
                    guard rows.count == 500 else { break }
                    after = rows.last?.sequence
                }
                audited[label.owner] = records
            }
            let origin = try RecordOrigin(decoding: version.origin)
            #expect(audited[label.owner]?.contains(origin.record) == true)
        }
    }
}

private typealias Shown = ConditionMutex<[AccountID: Set<String>]>

/// What one caller may see, resource by resource, and what searches find in that alone.
private struct Filter {
    private static let paging = [
        (name: "_total", value: "accurate"), (name: "_count", value: "1000"),
    ]
    private let scan = ScanIndex()

    init(
        _ all: [(StoredVersion, IndexTerms)], _ caller: Caller, _ node: Node, at now: Timestamp
    ) throws {
        let state = try node.state()
        var changes: [IndexChange] = []
        for (version, terms) in all {
            let label = try #require(RecordKind(scope: version.scope))
            if label.domain.isPersonal {
                let decision = try ConsentDecision.decide(
                    Consent.ReadRequest(
                        reader: caller.account, owner: label.owner, writer: label.writer,
                        domain: label.domain, purpose: caller.purpose, now: now), state: state)
                guard decision.allowed else { continue }
            }
            changes.append(.put(version, terms))
        }
        try scan.write(changes)
    }

    func answer(
        _ url: String
    ) throws -> (matches: Set<String>, included: Set<String>, total: Int) {
        let parts = url.split(separator: "?", maxSplits: 1)
        let path = parts[0].split(separator: "/").map(String.init)
        var parameters = (parts.count == 2 ? parts[1] : "").split(separator: "&").map { pair in
            let pair = pair.split(separator: "=", maxSplits: 1)
            return (name: String(pair[0]), value: String(pair[1]))
        }
        parameters.removeAll { ["_count", "_total", "_summary"].contains($0.name) }
        let query = try SearchQuery(
            parsing: parameters + Self.paging, type: path.last,
            compartment: path.count == 3 ? ResourceName(type: path[0], id: path[1]) : nil,
            table: try FHIRZone.table.get(), base: "http://fhir.example/fhir", strict: true)
        var (matches, included): (Set<String>, Set<String>) = ([], [])
        var total = 0
        var after: PageMark?
        repeat {
            let page = try scan.search(
                SearchRequest(query: query, visible: .everything, after: after))
            matches.formUnion(page.matches.map(\.name.text))
            included.formUnion(page.included.map(\.name.text))
            total = page.total ?? 0
            after = page.next
        } while after != nil
        if url.contains("_summary=count") { matches = [] }
        return (matches, included, total)
    }
}

/// Synthea's bundles in the folder of published data.
private enum SyntheaFolder {
    static let path: String? = {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let package = tests.deletingLastPathComponent().deletingLastPathComponent().path
        let given = ProcessInfo.processInfo.environment["KANGLIAN_DATA"]
        let folder = (given ?? package + "/../shared/data") + "/synthea"
        return FileSystem.isFolder(folder) ? folder : nil
    }()
}
