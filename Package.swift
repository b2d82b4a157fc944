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

/// What only the trait needs.
let grpc: TargetDependencyCondition? = .when(traits: ["GRPC"])

let package = Package(
  name: "holon",
  products: [
    .library(name: "RXON", targets: ["RXON"]),
    .library(name: "RXONSignatures", targets: ["RXONSignatures"]),
    .library(name: "RXONTLS", targets: ["RXONTLS"]),
    .library(name: "RXONLZ4", targets: ["RXONLZ4"]),
    .library(name: "RXONWire", targets: ["RXONWire"]),
    .library(name: "RXONHTTP", targets: ["RXONHTTP"]),
    .executable(name: "holon", targets: ["holon"]),
    // For the package in Fuzzing.
    .library(name: "FuzzHarnesses", targets: ["FuzzHarnesses"]),
  ],
  traits: [
    .trait(name: "GRPC", description: "The wires grpc:// and grpcs://. Without it none of their packages is fetched.")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    // For the trait GRPC.
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
    .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
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
    .target(name: "RXONWire", dependencies: ["RXON", "RXONSignatures"], swiftSettings: strict),
    .target(
      name: "RXONLink",
      dependencies: [
        "RXON", "RXONWire", "RXONLZ4",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      exclude: ["link.proto"],
      swiftSettings: strict),
    .target(name: "HolonPKI", dependencies: ["RXON", "RXONSignatures", "COpenSSL"], swiftSettings: strict),
    .target(
      name: "RXONTLS",
      dependencies: ["COpenSSL", .product(name: "NIOCore", package: "swift-nio")],
      swiftSettings: strict),
    .target(name: "RXONLZ4", dependencies: ["CLZ4"], swiftSettings: strict),
    .target(
      name: "RXONDialling",
      dependencies: [
        "RXON", "RXONTLS",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: strict),
    .target(
      name: "RXONHTTP",
      dependencies: [
        "RXON", "RXONWire", "RXONLink", "RXONLZ4", "RXONTLS", "RXONDialling",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
      ],
      swiftSettings: strict),
    // Empty without the trait.
    .target(
      name: "RXONGRPC",
      dependencies: [
        "RXON", "RXONWire", "RXONLink", "RXONLZ4", "RXONTLS", "RXONDialling", "RXONHTTP",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP2", package: "swift-nio-http2", condition: grpc),
        .product(name: "GRPCCore", package: "grpc-swift-2", condition: grpc),
        .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf", condition: grpc),
        .product(name: "SwiftProtobuf", package: "swift-protobuf", condition: grpc),
        // Of this package's products the one that brings its core, and no TLS library along with it.
        .product(name: "GRPCNIOTransportHTTP2TransportServices", package: "grpc-swift-nio-transport", condition: grpc),
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
    .target(name: "HolonJournal", dependencies: ["RXON", "RXONLZ4", "HolonRouting", "CSQLite"], swiftSettings: strict),
    .target(
      name: "HolonConfig",
      dependencies: ["RXON", "RXONSignatures", "HolonRouting", .product(name: "Yams", package: "Yams")],
      swiftSettings: strict),
    .target(
      name: "HolonNode",
      dependencies: [
        "RXON", "RXONSignatures", "RXONTLS", "RXONLZ4", "RXONLink", "RXONHTTP", "RXONGRPC", "HolonRouting",
        "HolonJournal", "HolonConfig", "HolonPKI",
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
        "RXON", "RXONHTTP", "RXONGRPC", "RXONTLS", "HolonRouting", "HolonNode", "HolonConfig", "HolonJournal",
        "HolonPKI",
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),

    .executableTarget(
      name: "holon-bench",
      dependencies: [
        "RXON", "RXONLZ4", "RXONHTTP", "RXONGRPC", "RXONTLS", "HolonPKI",
        .product(name: "DequeModule", package: "swift-collections"),
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
        "RXON", "RXONWire", "RXONTLS", "RXONLZ4", "RXONDialling", "RXONLink", "RXONHTTP", "HolonConfig", "HolonPKI",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      path: "Fuzzing/Harnesses",
      swiftSettings: strict),

    // The tests.
    .target(
      name: "TestSupport",
      dependencies: [
        "RXON", "RXONTLS", "HolonPKI",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      path: "Tests/Support",
      swiftSettings: strict),
    .testTarget(name: "FuzzHarnessTests", dependencies: ["FuzzHarnesses"]),
    .testTarget(name: "RXONTests", dependencies: ["RXON", "RXONSignatures"], resources: [.copy("Vectors")]),
    .testTarget(name: "RXONLinkTests", dependencies: ["RXON", "RXONLink"]),
    .testTarget(
      name: "RXONTLSTests",
      dependencies: [
        "TestSupport", "RXONTLS", "COpenSSL",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
      ]),
    .testTarget(
      name: "RXONDiallingTests",
      dependencies: [
        "TestSupport", "RXON", "RXONDialling",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    .testTarget(
      name: "TransportContractTests",
      dependencies: [
        "TestSupport", "RXON", "RXONWire", "RXONLZ4", "RXONLink", "RXONHTTP", "RXONGRPC", "RXONSignatures", "RXONTLS",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "SwiftProtobuf", package: "swift-protobuf", condition: grpc),
      ]),
    .testTarget(name: "RXONLZ4Tests", dependencies: ["RXONLZ4"]),
    .testTarget(name: "HolonPKITests", dependencies: ["RXON", "RXONSignatures", "HolonPKI"]),
    .testTarget(name: "HolonCommandTests", dependencies: ["TestSupport", "RXON", "RXONHTTP", "RXONTLS", "HolonPKI"]),
    .testTarget(name: "HolonRoutingTests", dependencies: ["RXON", "HolonRouting"]),
    .testTarget(name: "HolonJournalTests", dependencies: ["RXON", "HolonRouting", "HolonJournal", "CSQLite"]),
    .testTarget(name: "HolonConfigTests", dependencies: ["HolonConfig"]),
    .testTarget(
      name: "HolonNodeTests",
      dependencies: [
        "TestSupport", "RXON", "RXONLink", "RXONHTTP", "RXONSignatures", "RXONTLS", "HolonRouting", "HolonConfig",
        "HolonNode", "HolonPKI",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
