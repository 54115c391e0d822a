import Base
import Conformance
import Encoding
import FHIRModel
import FHIRServer
import HTTPServer
import Ledger
import System
import Testing

/// A hospital's FHIR server over HTTP with a few of Synthea's patients, for the guide to Spark.
final class SparkWorld {
    /// The patients by the start of their file's name, and whether they consent to research.
    private static let chosen = [
        ("0f2074a0", true), ("2fcbe29d", true), ("728248bf", true), ("83c9c542", false),
        ("98f6377c", true), ("c4bf405e", true),
    ]

    private static let spark = SparkGuide.repository + "/.build/spark/bin"
    private static let data = SparkGuide.repository + "/../shared/data"
    private static let synthea = (Environment.value("KANGLIAN_DATA") ?? data) + "/synthea"

    static var isReady: Bool {
        FileSystem.exists(spark + "/python") && FileSystem.isFolder(synthea)
            && (try? FHIRZone.table.get()) != nil
    }

    /// Where the reader of the guide works.
    let folder: String
    let zone: FHIRZone
    /// The ids of the patients, and whether they consent.
    private(set) var patients: [(id: String, consents: Bool)] = []
    /// All resources of those who consent, as their bundles have them.
    private(set) var consenting: [JSONValue] = []
    private let server: HTTPServer
    private let gateway: FHIRGateway
    private let base: String

    init() throws {
        folder = try FileSystem.makeTemporaryFolder("kanglian-spark")
        let late = LateHandler()
        server = try HTTPServer(configuration: HTTPServerConfiguration(), handler: late)
        base = "http://127.0.0.1:\(server.port)/fhir"
        zone = try FHIRZone(seed: 61, time: SystemClock.now, base: base)
        let host = zone.hosts[0]
        gateway = try FHIRGateway(service: host.service, tokens: host.tokens)
        late.set(gateway)
        try load()
        for (id, consents) in patients where consents { try consent(id) }
    }

    func close() {
        server.shutdown(gracePeriodSeconds: 0)
        gateway.close()
        try? FileSystem.removeTree(folder)
    }

    // MARK: The hospital

    private func load() throws {
        let pool = WorkerPool(threads: 1)
        defer { pool.close() }
        let loader = BulkLoader(service: zone.hosts[0].service, pool: pool)
        for (start, consents) in Self.chosen {
            let name = try #require(
                try FileSystem.list(Self.synthea).first { $0.hasPrefix(start) })
            let packed = try FileSystem.read("\(Self.synthea)/\(name)", limit: 64 << 20)
            let bundle = try JSONValue(
                parsing: try Bzip2.decompress(packed, limit: 256 << 20))
            try loader.load(bundle)
            let resources = (bundle["entry"]?.elements ?? []).compactMap { $0["resource"] }
            let patient = resources.first { $0["resourceType"]?.stringValue == "Patient" }
            patients.append((try #require(patient?["id"]?.stringValue), consents))
            if consents { consenting += resources }
        }
        try loader.finish()
    }

    /// The resident allows the hospital's researcher to read everything for research.
    private func consent(_ patient: String) throws {
        let researcher = FHIRZone.account(zone.doctors[0]).description
        let domains: [JSONValue] = Domain.allCases.map {
            [
                "system": "https://kanglian.example/fhir/CodeSystem/domain",
                "code": .string($0.code),
            ]
        }
        let answer = zone.ask(
            .post, "Consent",
            [
                "resourceType": "Consent", "status": "active", "scope": ["text": "research"],
                "category": [["text": "research"]],
                "patient": ["reference": .string("Patient/" + patient)],
                "provision": [
                    "type": "permit",
                    "actor": [
                        [
                            "role": ["text": "researcher"],
                            "reference": [
                                "reference": .string("Practitioner/" + researcher)
                            ],
                        ]
                    ],
                    "class": .array(domains),
                    "purpose": [["system": .string(Purpose.system), "code": "HRESCH"]],
                ],
            ])
        #expect(answer.status == 201, "\(answer.text)")
    }

    /// What the server's operator does with the key that the reader sent.
    func letClientIn() throws {
        let keys = try JSONValue(
            parsing: try FileSystem.read(folder + "/jwks.json", limit: 1 << 16))
        let clients: JSONValue = [
            [
                "client_id": "research", "jwks": keys, "scope": "system/*.rs",
                "account": .string(FHIRZone.account(zone.doctors[0]).description),
            ]
        ]
        zone.hosts[0].tokens.replace(try ClientRegistry(parsing: clients.serialized()))
    }

    // MARK: The reader

    /// Runs commands of the page where the reader stands.
    func run(_ commands: String) throws -> ProcessRunner.Output {
        // The zone's clock stands almost still; the reader's statements carry the real time.
        let behind =
            SystemClock.now.milliseconds
            - min(
                zone.clock.now.milliseconds, SystemClock.now.milliseconds)
        zone.clock.advance(seconds: behind / 1000)
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
        let programs = FileSystem.folder(of: bundle ?? CommandLine.arguments[0])
        let names = ["PATH=", "LANG=", "LC_ALL=", "FHIR_"]
        let kept = Environment.all.filter { entry in !names.contains { entry.hasPrefix($0) } }
        let path = Environment.value("PATH") ?? "/usr/bin:/bin"
        return try ProcessRunner.run(
            [
                "bash", "-euo", "pipefail", "-c", "cd \"$1\" && eval \"$2\"", "guide", folder,
                commands,
            ],
            environment: kept + [
                "PATH=\(Self.spark):\(programs):\(path)", "LANG=C.UTF-8", "FHIR_BASE=\(base)",
                "FHIR_CLIENT=research",
            ], milliseconds: 300_000)
    }
}
