// swift-tools-version:6.2
import PackageDescription

/// The one place for compiler settings: every target gets exactly these.
var strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// `script/fuzz` builds with this set: our code is instrumented for libFuzzer, and keeps the standard library's debug
/// checks although it is optimized.
let isFuzzing = Context.environment["APUS_FUZZ"] != nil
if isFuzzing {
    strict.append(.unsafeFlags(["-sanitize=fuzzer", "-enable-testing", "-assert-config", "Debug"]))
}

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioLocks = Target.Dependency.product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioExtras = Target.Dependency.product(name: "NIOExtras", package: "swift-nio-extras")
let nioTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioTypesHTTP1 = Target.Dependency.product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let collections = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let jwt = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

/// One folder, two worlds: tests that replay the inputs of `Tests/Fuzz`, or the fuzzer that looks for more.
let inputs: Target =
    isFuzzing
    ? .executableTarget(
        name: "apus-fuzz", dependencies: ["ApusWire", "ApusChat", "ApusTransports", nioCore, nioHTTP1],
        path: "Tests/ApusInputTests", exclude: ["Replay"],
        swiftSettings: strict + [.enableExperimentalFeature("Extern")],
        linkerSettings: [.unsafeFlags(["-use-ld=lld", "-sanitize=fuzzer"])])
    : .testTarget(
        name: "ApusInputTests", dependencies: ["ApusWire", "ApusChat", "ApusTransports", nioCore, nioHTTP1],
        exclude: ["Fuzzer"], swiftSettings: strict)

let package = Package(
    name: "apus",
    platforms: [.macOS(.v15), .iOS(.v18)],
    products: [
        .library(name: "ApusWire", targets: ["ApusWire"]),
        .library(name: "ApusClient", targets: ["ApusClient"]),
        .executable(name: "apus", targets: ["apus"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
        .package(
            url: "https://github.com/apple/swift-configuration", exact: "1.4.0",
            traits: ["JSON", "CommandLineArguments"]),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
    ],
    targets: [
        .target(name: "ApusWire", swiftSettings: strict),
        .target(
            name: "ApusClient", dependencies: ["ApusWire", nioCore, nioPosix, nioHTTP1, nioSSL, collections, crypto],
            swiftSettings: strict),
        .target(name: "ApusCore", dependencies: ["ApusWire", nioCore, nioLocks, collections], swiftSettings: strict),
        .target(
            name: "ApusTransports",
            dependencies: [
                "ApusWire", "ApusCore", nioCore, nioPosix, nioHTTP1, nioLocks, nioTypes, nioTypesHTTP1, hummingbirdCore,
                logging, collections, crypto,
            ], swiftSettings: strict),
        .target(
            name: "ApusChat", dependencies: ["ApusWire", "ApusCore", crypto, nioCore, nioLocks], swiftSettings: strict),
        .target(
            name: "ApusSQLite", dependencies: ["ApusWire", "ApusCore", "ApusChat", grdb, sqlite, nioLocks],
            swiftSettings: strict),
        // The commit reaches `apus --version` through this one file, so that a new commit recompiles nothing else.
        .target(
            name: "CBuildInfo",
            cSettings: [.define("APUS_COMMIT", to: "\"\(Context.environment["APUS_COMMIT"] ?? "unknown")\"")]),
        .target(name: "CApusWeb", linkerSettings: [.linkedLibrary("z")]),
        .target(
            name: "ApusServer",
            dependencies: [
                "CBuildInfo", "CApusWeb",
                "ApusWire", "ApusCore", "ApusTransports", "ApusChat", "ApusSQLite", nioCore, nioPosix, nioExtras,
                nioLocks, httpTypes, hummingbird, logging, crypto, cryptoExtras, jwt,
            ], swiftSettings: strict),
        .target(
            name: "ApusTestKit",
            dependencies: [
                "ApusWire", "ApusCore", "ApusChat", "ApusServer", nioCore, nioPosix, nioHTTP1, nioLocks, logging, grdb,
            ], swiftSettings: strict),
        .executableTarget(
            name: "apus",
            dependencies: [
                "ApusClient", "ApusServer", "ApusChat", "ApusCore", "ApusWire", arguments, configuration, lifecycle,
                unixSignals,
                logging, systemPackage, nioCore, nioPosix, nioHTTP1, histogram,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "echo-bot", dependencies: ["ApusClient"], path: "Examples/EchoBot", swiftSettings: strict),
        .testTarget(name: "ApusWireTests", dependencies: ["ApusWire"], swiftSettings: strict),
        .testTarget(
            name: "ApusClientTests",
            dependencies: ["ApusClient", "ApusWire", "ApusServer", "ApusTestKit", crypto, nioCore, nioPosix, nioLocks],
            swiftSettings: strict),
        .testTarget(
            name: "ApusCoreTests", dependencies: ["ApusCore", "ApusTestKit", nioEmbedded], swiftSettings: strict),
        .testTarget(
            name: "ApusSQLiteTests", dependencies: ["ApusSQLite", "ApusChat", "ApusTestKit", grdb, nioEmbedded],
            swiftSettings: strict),
        .testTarget(
            name: "ApusChatTests", dependencies: ["ApusChat", "ApusSQLite", grdb, nioEmbedded], swiftSettings: strict),
        .testTarget(
            name: "ApusTransportsTests",
            dependencies: ["ApusTransports", "ApusTestKit", nioEmbedded, nioHTTP1, nioPosix, logging],
            swiftSettings: strict),
        .testTarget(
            name: "ApusServerTests",
            dependencies: ["ApusWire", "ApusServer", "ApusTestKit", crypto, jwt, logging, nioCore],
            swiftSettings: strict),
        inputs,
        .testTarget(
            name: "ApusCommandTests", dependencies: ["apus", "ApusClient", "ApusServer", "ApusWire", nioCore],
            swiftSettings: strict),
    ]
)
