// swift-tools-version:6.1
import PackageDescription

// A package of its own: it builds only with the compiler options for fuzzing, which `scripts/fuzz` gives.
let package = Package(
  name: "holon-fuzzing",
  dependencies: [.package(name: "holon", path: "..")],
  targets: [
    .systemLibrary(name: "CLibFuzzer"),
    .executableTarget(
      name: "holon-fuzz",
      dependencies: ["CLibFuzzer", .product(name: "FuzzHarnesses", package: "holon")],
      path: "Sources/HolonFuzz"),
  ],
  swiftLanguageModes: [.v6]
)
