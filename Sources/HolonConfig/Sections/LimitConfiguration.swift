/// Bounds of what the node holds in memory for others.
public struct LimitConfiguration: Sendable, Hashable {
  public var maxChildren: Int
  /// The longest that a child's poll waits, whatever it asks for.
  public var maxPollWait: Duration
  /// Holons one above the other, from the deepest child up to this node.
  public var maxDepth: Int
  /// Finished tasks and seen events of which the identities are remembered.
  public var remembered: Int
  /// Open connections of one child at one listener.
  public var connectionsPerChild: Int
  /// Bytes of bodies that a child may send in a minute; nil for any number.
  public var bytesPerMinute: Int?
  public var rates: RateConfiguration
  public var failures: FailureConfiguration
}

extension LimitConfiguration {
  init(reading section: SectionReader) {
    maxChildren = section.value(
      "max_children", .integer(in: 1...1_000_000), default: 10_000, "Children at once; further ones are refused.")
    maxPollWait = section.value(
      "max_poll_wait", .duration(in: .seconds(1) ... .seconds(600)), default: .seconds(60),
      "The longest that a child's poll waits, whatever it asks for.")
    maxDepth = section.value(
      "max_depth", .integer(in: 1...64), default: 16, "Holons one below the other; a deeper chain is refused.")
    remembered = section.value(
      "remembered", .integer(in: 1000...100_000_000), default: 200_000,
      "Identities of finished tasks, and of seen events, that are remembered to tell repetitions.")
    connectionsPerChild = section.value(
      "connections_per_child", .integer(in: 1...1_000_000), default: 512,
      "Connections at once of one child at one listener; further ones are answered 429.")
    let bytes = section.value(
      "bytes_per_minute", .size(in: 0...1 << 40), default: 0,
      "What the bodies of one child may add up to in a minute; 0B for no limit.")
    bytesPerMinute = bytes == 0 ? nil : bytes
    rates = RateConfiguration(reading: section.section("rates"))
    failures = FailureConfiguration(reading: section.section("failures"))
  }
}
