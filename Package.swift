// swift-tools-version:6.1
import PackageDescription

/// Set by `scripts/test`. Not always on: a package with unsafe flags cannot be depended on.
let warningsAreErrors: [SwiftSetting] =
  Context.environment["HOLON_WARNINGS_ARE_ERRORS"] == nil ? [] : [.unsafeFlags(["-warnings-as-errors"])]

let strict: [SwiftSetting] =
  warningsAreErrors + [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    // Async calls stay on the caller's event loop instead of hopping to the shared thread pool.
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  ]

let package = Package(
  name: "holon",
  products: [
    .library(name: "RXON", targets: ["RXON"]),
    .library(name: "RXONSignatures", targets: ["RXONSignatures"]),
    .library(name: "RXONTLS", targets: ["RXONTLS"]),
    .library(name: "RXONHTTP", targets: ["RXONHTTP"]),
    .executable(name: "holon", targets: ["holon"]),
    // For the package in Fuzzing.
    .library(name: "FuzzHarnesses", targets: ["FuzzHarnesses"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // System libraries.
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),

    // The protocol.
    .target(
      name: "RXON", swiftSettings: strict,
      // Rounding of doubles; other modules bring it along with what they link.
      linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(name: "RXONSignatures", dependencies: ["RXON", "COpenSSL"], swiftSettings: strict),
    .target(name: "HolonPKI", dependencies: ["RXON", "RXONSignatures", "COpenSSL"], swiftSettings: strict),
    .target(
      name: "RXONTLS",
      dependencies: ["COpenSSL", .product(name: "NIOCore", package: "swift-nio")],
      swiftSettings: strict),
    .target(
      name: "RXONHTTP",
      dependencies: [
        "RXON", "RXONSignatures", "RXONTLS",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
      ],
      swiftSettings: strict),

    // The node.
    .target(
      name: "HolonRouting",
      dependencies: [
        "RXON",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HeapModule", package: "swift-collections"),
        .product(name: "OrderedCollections", package: "swift-collections"),
      ],
      swiftSettings: strict),
    .target(name: "HolonJournal", dependencies: ["RXON", "HolonRouting", "CSQLite", "CLZ4"], swiftSettings: strict),
    .target(
      name: "HolonConfig",
      dependencies: ["RXON", "RXONSignatures", "HolonRouting", .product(name: "Yams", package: "Yams")],
      swiftSettings: strict),
    .target(
      name: "HolonNode",
      dependencies: [
        "RXON", "RXONSignatures", "RXONTLS", "RXONHTTP", "HolonRouting", "HolonJournal", "HolonConfig", "HolonPKI",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "DequeModule", package: "swift-collections"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "holon",
      dependencies: [
        "RXON", "RXONHTTP", "RXONTLS", "HolonRouting", "HolonNode", "HolonConfig", "HolonJournal", "HolonPKI",
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),

    .executableTarget(
      name: "holon-bench",
      dependencies: [
        "RXON", "RXONHTTP", "RXONTLS", "HolonPKI",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      path: "Benchmarks/HolonBench",
      swiftSettings: strict),

    // What must hold for every input: fuzzed by the package in Fuzzing, and run over its corpus by FuzzHarnessTests.
    .target(
      name: "FuzzHarnesses",
      dependencies: [
        "RXON", "RXONTLS", "RXONHTTP", "HolonConfig", "HolonJournal", "HolonPKI",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      path: "Fuzzing/Harnesses",
      swiftSettings: strict),

    // The tests.
    .testTarget(name: "FuzzHarnessTests", dependencies: ["FuzzHarnesses"]),
    .testTarget(name: "RXONTests", dependencies: ["RXON", "RXONSignatures"], resources: [.copy("Vectors")]),
    .testTarget(
      name: "RXONTLSTests",
      dependencies: [
        "RXONTLS", "COpenSSL",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
      ]),
    .testTarget(
      name: "TransportContractTests",
      dependencies: [
        "RXON", "RXONHTTP", "RXONSignatures", "RXONTLS", "HolonPKI",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ]),
    .testTarget(name: "HolonPKITests", dependencies: ["RXON", "RXONSignatures", "HolonPKI"]),
    .testTarget(name: "HolonCommandTests", dependencies: ["RXON", "RXONHTTP", "RXONTLS", "HolonPKI"]),
    .testTarget(name: "HolonRoutingTests", dependencies: ["HolonRouting"]),
    .testTarget(name: "HolonJournalTests", dependencies: ["RXON", "HolonRouting", "HolonJournal", "CSQLite"]),
    .testTarget(name: "HolonConfigTests", dependencies: ["HolonConfig"]),
    .testTarget(
      name: "HolonNodeTests",
      dependencies: [
        "RXON", "RXONHTTP", "RXONSignatures", "HolonRouting", "HolonConfig", "HolonNode", "HolonPKI", "RXONTLS",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
