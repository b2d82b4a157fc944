/// Everything that waits for one uplink, and what is known of the link.
struct OutboxLane: Sendable {
  struct Pause: Sendable {
    enum Cause: Sendable {
      case failures, credentials, registration
    }

    var cause: Cause
    var began: Duration
    var until: Duration
  }

  let uplink: UplinkID
  let largestWindow: Int
  var results: OutboxQueue
  var events: OutboxQueue
  var isOpen = false
  /// Concurrent deliveries; one while the link has to prove itself.
  var window: Int
  var backOff: BackOff
  var pause: Pause?
  /// The item that failed last since something got through. Once a second one fails, it is the uplink's fault.
  var suspect: UInt64?
  /// The node was told of an interruption and nothing got through since.
  var interruptionTold = false
  /// How often the parent was seen to take what these credentials sign.
  var proofs: UInt64 = 0

  init(uplink: UplinkID, limits: Outbox.Limits) {
    self.uplink = uplink
    largestWindow = max(1, limits.window)
    window = largestWindow
    var pacing = limits.pacing
    pacing.largestWindow = largestWindow
    results = OutboxQueue(pacing: pacing)
    events = OutboxQueue(pacing: pacing)
    backOff = BackOff(limits.backOff)
  }

  var inFlight: Int { results.inFlight + events.inFlight }

  subscript(kind: OutboxKind) -> OutboxQueue {
    _read {
      switch kind {
      case .result: yield results
      case .event: yield events
      }
    }
    _modify {
      switch kind {
      case .result: yield &results
      case .event: yield &events
      }
    }
  }

  /// The parent answered a delivery with a final word.
  mutating func gotThrough(at now: Duration) {
    proved()
    backOff.succeeded(at: now)
    window = min(largestWindow, window * 2)
  }

  /// The parent is there and takes the credentials.
  mutating func proved() {
    proofs += 1
    pause = nil
    suspect = nil
    interruptionTold = false
  }

  /// Holds everything back for a while, once for all the deliveries that failed together.
  /// - Returns: whether a new pause began.
  mutating func beginPause(
    _ cause: Pause.Cause, handedOutAt: Duration, at now: Duration, atLeast: Duration? = nil,
    using random: inout some RandomNumberGenerator
  ) -> Bool {
    if let pause, handedOutAt < pause.began || now < pause.until { return false }
    let delay = max(backOff.failed(at: now, using: &random), atLeast ?? .zero)
    pause = Pause(cause: cause, began: now, until: now + delay)
    window = 1
    return true
  }

  /// A parent that does not know this node hears nothing more before the next registration.
  func isPaused(at now: Duration) -> Bool {
    pause.map { $0.cause == .registration || now < $0.until } ?? false
  }

  /// When more may become due by the passing of time alone.
  func nextWakeUp(at now: Duration) -> Duration? {
    guard isOpen, pause?.cause != .registration else { return nil }
    let resumes = pause?.until ?? .zero
    var next: Duration?
    for kind in OutboxKind.allCases {
      let queue = self[kind]
      if queue.hasReady, inFlight < window, queue.inFlight < queue.pacing.window {
        let ready = max(resumes, queue.pacing.nextChance(at: now) ?? .zero)
        next = next.map { min($0, ready) } ?? ready
      }
      if let waitEnd = queue.nextWaitEnd {
        let due = max(resumes, waitEnd)
        next = next.map { min($0, due) } ?? due
      }
    }
    return next
  }
}
