// swift-tools-version: 6.2
import PackageDescription

// The house plan: a room (target) may only use rooms on its own floor or below it.
// ARCHITECTURE.md says what each room must not know; Tests/HouseTests compares both with this file.

let house: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A C library of Debian, wrapped by exactly one room.
func library(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// A C shim for what Swift cannot import: variadic functions and macros.
func shim(_ name: String, _ dependencies: [Target.Dependency], links: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/C/\(name)",
        linkerSettings: links.map { .linkedLibrary($0) })
}

func room(_ name: String, in floor: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/\(floor)/\(name)",
        swiftSettings: house)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: house)
}

let modules: [Target.Dependency] = [
    "Membership", "Keys", "Records", "Consent", "Audit", "Governance",
]

let package = Package(
    name: "Kanglian",
    targets: [
        // Floor 0: C libraries.
        library("COpenSSL", pkgConfig: "libcrypto", apt: "libssl-dev"),
        library("COpenSSLTLS", pkgConfig: "libssl", apt: "libssl-dev"),
        library("CSodium", pkgConfig: "libsodium", apt: "libsodium-dev"),
        library("CRocksDB", pkgConfig: "rocksdb", apt: "librocksdb-dev"),
        library("CMicroHTTPD", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
        library("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        library("CSQLCipher", pkgConfig: "sqlcipher", apt: "libsqlcipher-dev"),
        library("CPostgres", pkgConfig: "libpq", apt: "libpq-dev"),
        library("CZstandard", pkgConfig: "libzstd", apt: "libzstd-dev"),
        shim("CMicroHTTPDShim", ["CMicroHTTPD"], links: ["microhttpd"]),
        shim("CCurlShim", ["CCurl"], links: ["curl"]),
        shim("CLinksShim", ["COpenSSLTLS"], links: ["ssl", "crypto"]),
        shim("CLinux", [], links: ["bz2"]),

        // Floor 1: ground.
        room("Base", in: "Ground"),
        room("Encoding", in: "Ground", ["Base"]),
        room("Cryptography", in: "Ground", ["Base", "COpenSSL", "CSodium"]),
        room("Compression", in: "Ground", ["CZstandard"]),
        room("Merkle", in: "Ground", ["Base", "Encoding", "Cryptography"]),
        room("Parquet", in: "Ground", ["Base", "Compression"]),
        room("FHIRModel", in: "Ground", ["Base", "Encoding"]),
        room("FHIRDefinitions", in: "Ground", ["Base", "Encoding"]),
        room("FHIRPath", in: "Ground", ["Base", "Encoding", "FHIRDefinitions"]),
        room("FHIRViews", in: "Ground", ["Base", "Encoding", "FHIRDefinitions", "FHIRPath"]),
        room("FHIRSearch", in: "Ground", ["Base", "Encoding", "FHIRDefinitions", "FHIRPath"]),
        room("FHIRPatch", in: "Ground", ["Base", "Encoding", "FHIRDefinitions", "FHIRPath"]),
        room("FHIRTerminology", in: "Ground", ["Base", "FHIRDefinitions", "FHIRPath"]),
        room(
            "FHIRValidation", in: "Ground",
            [
                "Base", "Encoding", "FHIRModel", "FHIRDefinitions", "FHIRPath", "FHIRTerminology",
            ]),

        // Floor 2: the ledger.
        room("Storage", in: "Ledger", ["Base"]),
        room("Ledger", in: "Ledger", ["Base", "Encoding", "Cryptography", "Merkle", "Storage"]),
        room("Ordering", in: "Ledger", ["Base"]),
        room("Finality", in: "Ledger", ["Base", "Encoding", "Cryptography", "Ledger"]),
        room(
            "ContractKit", in: "Ledger", ["Base", "Encoding", "Cryptography", "Ledger", "Storage"]),

        // Floor 3: edges.
        room("System", in: "Edges", ["Base", "CLinux"]),
        room("StorageFiles", in: "Edges", ["Base", "Storage", "Cryptography", "System"]),
        room("StorageRocksDB", in: "Edges", ["Base", "Storage", "CRocksDB"]),
        room("HTTPServer", in: "Edges", ["Base", "System", "CMicroHTTPD", "CMicroHTTPDShim"]),
        room("HTTPClient", in: "Edges", ["Base", "CCurl", "CCurlShim"]),
        room("Metrics", in: "Edges", ["Base", "System"]),
        room(
            "OrderingEtcd", in: "Edges", ["Base", "Encoding", "Ordering", "System", "HTTPClient"]),
        room(
            "Links", in: "Edges", ["Base", "Encoding", "Cryptography", "System", "CLinksShim"]),

        room("IndexSQL", in: "Edges", ["Base", "Compression", "FHIRSearch", "System"]),
        room(
            "IndexSQLite", in: "Edges",
            ["Base", "FHIRSearch", "IndexSQL", "CSQLCipher"]),
        room(
            "IndexPostgres", in: "Edges",
            ["Base", "Cryptography", "FHIRSearch", "IndexSQL", "CPostgres"]),

        // Floor 4: health modules, one folder each.
        room(
            "Membership", in: "Modules",
            ["Base", "Encoding", "Cryptography", "Ledger", "Storage", "ContractKit"]),
        room(
            "Keys", in: "Modules",
            ["Base", "Encoding", "Cryptography", "Ledger", "Storage", "ContractKit", "Membership"]),
        room(
            "Records", in: "Modules",
            [
                "Base", "Encoding", "Cryptography", "Ledger", "Storage", "ContractKit",
                "Membership", "Keys", "FHIRModel",
            ]),
        room(
            "Consent", in: "Modules",
            [
                "Base", "Encoding", "Cryptography", "Ledger", "Storage", "ContractKit",
                "Membership", "FHIRModel",
            ]),
        room(
            "Audit", in: "Modules",
            [
                "Base", "Encoding", "Cryptography", "Ledger", "Storage", "ContractKit",
                "Membership", "FHIRModel",
            ]),
        room(
            "Governance", in: "Modules",
            ["Base", "Encoding", "Cryptography", "Ledger", "Storage", "ContractKit", "Membership"]),

        // Floor 5: assembly.
        room(
            "Node", in: "Assembly",
            [
                "Base", "Encoding", "Cryptography", "FHIRModel", "Merkle", "Ledger", "Ordering",
                "Finality", "Storage", "ContractKit", "System", "StorageFiles", "StorageRocksDB",
                "Metrics", "Links", "OrderingEtcd",
            ] + modules),
        room(
            "Gateway", in: "Assembly",
            [
                "Base", "Encoding", "Cryptography", "Merkle", "Ledger", "Storage", "ContractKit",
                "System", "HTTPServer", "Metrics", "Node", "FHIRModel", "Finality", "Ordering",
            ] + modules),
        room(
            "Agent", in: "Assembly",
            [
                "Base", "Encoding", "Cryptography", "Merkle", "Ledger", "Storage", "ContractKit",
                "System", "HTTPClient", "FHIRModel",
            ] + modules),

        room(
            "Sandbox", in: "Assembly",
            [
                "Base", "Encoding", "Cryptography", "Ledger", "Storage", "ContractKit",
                "StorageFiles", "System", "Links",
                "FHIRModel", "Node", "Agent",
            ] + modules),

        room(
            "Simulator", in: "Assembly",
            [
                "Base", "Encoding", "Cryptography", "Merkle", "Storage", "Ledger", "Finality",
                "System",
            ]),
        room(
            "FHIRServer", in: "Assembly",
            [
                "Base", "Encoding", "Cryptography", "Ledger", "ContractKit", "FHIRModel",
                "FHIRDefinitions", "FHIRSearch", "FHIRPatch", "FHIRTerminology", "FHIRValidation",
                "System", "HTTPServer", "HTTPClient", "Agent",
            ] + modules),
        room(
            "Analytics", in: "Assembly",
            [
                "Base", "Encoding", "FHIRModel", "FHIRDefinitions", "FHIRPath", "FHIRViews",
                "Parquet", "System",
            ]),
        room(
            "Rehearsal", in: "Assembly",
            ["Base", "Encoding", "Ordering", "System", "HTTPClient"]),

        // Floor 6: doors.
        .target(
            name: "Console", path: "Sources/Doors/Console", resources: [.embedInCode("Files")],
            swiftSettings: house),
        room(
            "Conformance", in: "Doors",
            [
                "Base", "Encoding", "Cryptography", "Merkle", "FHIRModel", "System", "Sandbox",
                "Node",
                "Agent", "Ledger", "Storage", "StorageFiles", "FHIRDefinitions", "FHIRPath",
                "FHIRViews", "FHIRPatch", "FHIRTerminology", "FHIRValidation",
            ] + modules),
        room(
            "Benchmarks", in: "Doors",
            [
                "Base", "Encoding", "Cryptography", "Merkle", "Ledger", "Storage", "ContractKit",
                "System", "Sandbox", "Node", "Agent", "FHIRModel", "Ordering", "OrderingEtcd",
                "Rehearsal", "StorageFiles", "HTTPServer", "FHIRDefinitions", "FHIRSearch",
                "FHIRServer",
            ] + modules),
        .executableTarget(
            name: "kanglian-simulate", dependencies: ["Base", "Simulator", "System"],
            path: "Sources/Doors/kanglian-simulate", swiftSettings: house),
        .executableTarget(
            name: "kanglian",
            dependencies: [
                "Console", "Base", "Encoding", "Cryptography", "Merkle", "Ledger", "Storage",
                "ContractKit",
                "FHIRModel", "System", "StorageFiles", "HTTPServer", "HTTPClient", "Metrics",
                "Sandbox", "Node", "Gateway", "Agent", "Conformance", "Benchmarks", "Simulator",
                "Rehearsal", "FHIRDefinitions", "FHIRSearch", "FHIRServer", "IndexSQLite",
                "IndexPostgres", "FHIRTerminology", "FHIRValidation", "FHIRPath", "FHIRViews",
                "Analytics",
            ] + modules,
            path: "Sources/Doors/kanglian", swiftSettings: house),

        // Tests, one target a floor or a story.
        tests("BaseTests", ["Base"]),
        tests("EncodingTests", ["Base", "Encoding"]),
        tests("CryptographyTests", ["Base", "Encoding", "Cryptography"]),
        tests("MerkleTests", ["Base", "Encoding", "Cryptography", "Merkle"]),
        tests("FHIRModelTests", ["Base", "Encoding", "FHIRModel", "System"]),
        tests(
            "FHIRPathTests",
            ["Base", "Encoding", "FHIRDefinitions", "FHIRPath", "FHIRViews", "System"]),
        tests("ParquetTests", ["Base", "Compression", "Parquet", "System"]),
        tests(
            "AnalyticsTests",
            [
                "Base", "Encoding", "FHIRDefinitions", "FHIRPath", "FHIRViews", "Conformance",
                "Analytics", "System", "kanglian",
            ]),
        tests(
            "SearchTests",
            [
                "Base", "Encoding", "Cryptography", "FHIRDefinitions", "FHIRPath", "FHIRSearch",
                "IndexSQL",
                "IndexSQLite",
                "IndexPostgres", "Rehearsal", "System",
            ]),
        tests(
            "FHIRValidationTests",
            [
                "Base", "Encoding", "FHIRModel", "FHIRDefinitions", "FHIRPath", "FHIRPatch",
                "FHIRTerminology",
                "FHIRValidation", "System",
            ]),
        tests(
            "LedgerTests",
            [
                "Base", "Encoding", "Cryptography", "Merkle", "Ledger", "Storage", "ContractKit",
                "Finality",
            ]),
        tests("FinalityTests", ["Base", "Encoding", "Cryptography", "Ledger", "Finality"]),
        tests(
            "SimulatorTests",
            ["Base", "Encoding", "Cryptography", "Ledger", "Finality", "Simulator", "System"]),
        tests(
            "OrderingTests",
            [
                "Base", "Encoding", "Ordering", "OrderingEtcd", "Rehearsal", "System", "HTTPServer",
            ]),
        tests(
            "StorageTests",
            ["Base", "Cryptography", "Storage", "StorageFiles", "StorageRocksDB", "System"]),
        tests("HTTPTests", ["Base", "System", "HTTPServer", "HTTPClient", "Metrics"]),
        tests("LinksTests", ["Base", "Encoding", "Cryptography", "System", "Links"]),
        tests(
            "ModulesTests",
            [
                "Base", "Encoding", "Cryptography", "Merkle", "Ledger", "Storage", "ContractKit",
                "FHIRModel",
            ] + modules),
        tests(
            "NodeTests",
            [
                "Base", "Encoding", "Cryptography", "Merkle", "Ledger", "Storage", "ContractKit",
                "System", "StorageFiles", "StorageRocksDB", "Sandbox", "Node", "Gateway", "Agent",
                "HTTPServer", "HTTPClient", "FHIRModel", "Conformance",
            ] + modules),
        tests(
            "ClusterTests",
            [
                "Base", "Encoding", "Cryptography", "Merkle", "Ledger", "Finality", "Ordering",
                "Storage", "ContractKit", "System", "StorageFiles", "StorageRocksDB", "Sandbox",
                "Node", "Gateway", "Agent", "HTTPServer", "HTTPClient", "FHIRModel", "Links",
                "Rehearsal", "kanglian",
            ] + modules),
        tests(
            "AgentTests",
            [
                "Base", "Encoding", "Cryptography", "Merkle", "Ledger", "Storage", "ContractKit",
                "System", "HTTPClient", "HTTPServer", "FHIRModel", "Agent", "Node", "Gateway",
            ] + modules),
        tests(
            "ConformanceTests",
            ["Base", "Encoding", "Cryptography", "System", "Agent", "FHIRModel", "Conformance"]),
        tests(
            "FHIRServerTests",
            [
                "Base", "Encoding", "Cryptography", "Ledger", "Storage", "ContractKit", "System",
                "Sandbox", "Node", "Agent", "HTTPServer", "HTTPClient", "FHIRModel",
                "FHIRDefinitions", "FHIRSearch", "FHIRServer", "FHIRValidation", "FHIRTerminology",
                "IndexSQLite", "Conformance", "kanglian",
            ] + modules),
        tests("HouseTests", ["Base", "System"]),
        tests("ConsoleTests", ["Console"]),
        tests(
            "StoryTests",
            [
                "Base", "Encoding", "Cryptography", "Ledger", "System", "HTTPClient", "Sandbox",
                "Node", "Gateway", "HTTPServer", "Storage", "Agent",
                "FHIRModel", "Merkle", "ContractKit", "StorageFiles", "Rehearsal", "kanglian",
            ] + modules),
    ],
    swiftLanguageModes: [.v6]
)

// The fuzz targets link libFuzzer, so they are part of the package only when they are wanted.
if Context.environment["KANGLIAN_FUZZ"] != nil {
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Fuzz/CFuzzer"),
        .executableTarget(
            name: "kanglian-fuzz",
            dependencies: [
                "CFuzzer", "Base", "Encoding", "Cryptography", "Merkle", "FHIRModel", "Ledger",
                "Finality", "Gateway", "Links", "FHIRDefinitions", "FHIRPath", "FHIRSearch",
                "FHIRPatch", "FHIRTerminology", "FHIRValidation", "Conformance",
            ],
            path: "Fuzz/Decoders", swiftSettings: house),
    ]
}
