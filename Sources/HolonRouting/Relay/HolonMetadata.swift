import RXON

/// What Holons write into the `metadata` of the messages that they relay: an object under `holon`.
enum HolonMetadata {
  static let member = "holon"

  static func setting(_ name: String, to value: RawJSON, in metadata: RawJSON?) -> RawJSON {
    let metadata = metadata ?? .emptyObject
    return metadata.setting(member, to: (metadata[member] ?? .emptyObject).setting(name, to: value))
  }

  /// The metadata with the origin's time in it, unless a Holon further down has written it already.
  static func keeping(originTime: Int?, in metadata: RawJSON?) -> RawJSON? {
    guard let originTime else { return metadata }
    let holon = metadata?[member]
    guard holon?["origin_timestamp"] == nil else { return metadata }
    let kept = (holon ?? .emptyObject).setting("origin_timestamp", to: .integer(originTime))
    return (metadata ?? .emptyObject).setting(member, to: kept)
  }
}
