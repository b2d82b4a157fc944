/// What a parent understands beyond plain RXON.
public struct ParentFeatures: Sendable, Hashable {
  /// The parent is a Holon (it answered a registration with `X-Holon: 1`).
  public var isHolon: Bool
  /// Of those that both sides have.
  public var features: HolonFeatures

  public init(isHolon: Bool = false, features: HolonFeatures = []) {
    self.isHolon = isHolon
    self.features = features
  }
}

/// What two Holons may do with each other beyond plain RXON. Each side says what it has, and only what both have is used;
/// see the `X-Holon-Features` header in docs/protocol.md.
public struct HolonFeatures: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// A task stays the parent's until the child has confirmed its receipt.
  public static let lease = HolonFeatures(rawValue: 1 << 0)
  /// Several tasks in one poll's answer, several results in one call.
  public static let batch = HolonFeatures(rawValue: 1 << 1)
  /// Bodies compressed with LZ4.
  public static let lz4 = HolonFeatures(rawValue: 1 << 2)

  public static let all: HolonFeatures = [.lease, .batch, .lz4]

  private static let names: [(name: String, feature: HolonFeatures)] = [
    ("lease", .lease), ("batch", .batch), ("lz4", .lz4),
  ]

  /// Reads the value of the header; words that are not known are passed over.
  public init(header: some StringProtocol) {
    let words = header.lowercased().split { $0 == "," || $0 == " " }
    self = Self.names.reduce(into: []) { features, known in
      if words.contains(where: { $0 == known.name }) { features.insert(known.feature) }
    }
  }

  /// The value of the header; empty without any.
  public var header: String {
    Self.names.filter { contains($0.feature) }.map(\.name).joined(separator: ", ")
  }
}
