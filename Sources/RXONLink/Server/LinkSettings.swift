import RXON
import RXONLZ4

/// What the links of a listener share.
package struct LinkSettings: Sendable {
  package let limits: LinkLimits
  /// Shared by listeners at which the same worker may open a link.
  package let sessions: LinkSessions
  private let statistics: CompressionStatistics?

  /// - Parameters:
  ///   - bodySize: bytes of a body, as it travels and as it unfolds.
  ///   - features: what the handler has for Holons beyond plain RXON.
  ///   - compression: counts what compression with LZ4 saves; nil for none.
  package init(
    bodySize: Int, features: HolonFeatures, compression: CompressionStatistics?, sessions: LinkSessions
  ) {
    var limits = LinkLimits()
    limits.bodySize = bodySize
    limits.features = compression == nil ? features.subtracting(.lz4) : features
    self.limits = limits
    self.sessions = sessions
    statistics = compression
  }

  /// Nil where one side does not compress.
  package func compression(with child: Credentials) -> BodyCompression? {
    guard let statistics, child.features.intersection(limits.features).contains(.lz4), let frames = try? LZ4Frame()
    else { return nil }
    return BodyCompression(frames: frames, statistics: statistics)
  }
}
