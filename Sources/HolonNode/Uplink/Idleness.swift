/// Whether the node calls itself idle: at once when something can start, busy only once that has lasted.
///
/// The reference orchestrator sends a job away when no worker is idle at that very moment, and a worker between two
/// polls is not busy.
struct Idleness {
  /// A pause between two polls of the reference worker is half a second.
  static let patience = Duration.milliseconds(900)

  private(set) var isIdle = true
  private var couldNotStartSince: Duration?

  /// - Parameter canStart: whether some child could take a task now.
  /// - Returns: whether the answer changed.
  mutating func observe(canStart: Bool, at uptime: Duration) -> Bool {
    let before = isIdle
    if canStart {
      couldNotStartSince = nil
      isIdle = true
    } else {
      let since = couldNotStartSince ?? uptime
      couldNotStartSince = since
      if uptime - since >= Self.patience { isIdle = false }
    }
    return isIdle != before
  }

  /// The uptime at which `isIdle` changes if nothing else does.
  var nextChange: Duration? {
    isIdle ? couldNotStartSince.map { $0 + Self.patience } : nil
  }
}
