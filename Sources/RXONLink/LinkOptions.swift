import NIOCore
import RXON
import RXONLZ4

/// Times and limits of the lower end of a link.
package struct LinkOptions: Sendable {
  /// From a call to the end of its answer.
  package var callTimeout = TimeAmount.seconds(30)
  /// The same for registrations and heartbeats.
  package var presenceTimeout = TimeAmount.seconds(15)
  /// What a poll may take on top of the wait that it asks for.
  package var pollGrace = TimeAmount.seconds(5)
  /// Bytes of an answer.
  package var answerSize = 64 << 20
  /// What this side has beyond plain RXON.
  package var features = HolonFeatures.all
  /// Counts what compression saves.
  package var statistics: CompressionStatistics

  package init(statistics: CompressionStatistics = CompressionStatistics()) {
    self.statistics = statistics
  }
}

/// Limits of the upper end of a link.
package struct LinkLimits: Sendable, Hashable {
  /// So many more than agreed on are no fault: a large call may overtake the word that another was given up for it.
  static let overtaking = 64

  /// Calls that may wait for their answers at once, polls and command channels aside.
  package var calls = 256
  package var polls = 4096
  package var channels = 4096
  /// Bytes of a body, as it travels and as it unfolds.
  package var bodySize = 8 << 20
  /// A body must go on within this time.
  package var bodyTimeout = TimeAmount.seconds(20)
  /// What this side has beyond plain RXON.
  package var features = HolonFeatures.all

  package init() {}
}
