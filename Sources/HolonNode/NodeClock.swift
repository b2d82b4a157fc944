import HolonRouting

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads the clocks for a core that must not.
struct NodeClock: Sendable {
  private let started = ContinuousClock.now

  /// - Parameter parentTime: the parent's clock, where one is known; deadlines are the parent's.
  func now(parentTime: Int? = nil) -> Moment {
    Moment(uptime: ContinuousClock.now - started, unixSeconds: parentTime ?? Self.unixSeconds())
  }

  var uptime: Duration { ContinuousClock.now - started }

  static func unixSeconds() -> Int {
    time(nil)
  }
}
