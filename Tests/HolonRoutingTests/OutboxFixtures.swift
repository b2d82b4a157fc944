import HolonRouting
import RXON

/// The same numbers in each run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

let parent = UplinkID("parent")

func moment(_ seconds: Double) -> Moment {
  Moment(uptime: .seconds(seconds), unixSeconds: 1_000_000 + Int(seconds))
}

func resultID(_ number: Int) -> OutboxID {
  .result(TaskKey(jobID: "job", taskID: "task-\(number)"))
}

func failure(_ kind: TransportError.Kind, retryAfter: Duration? = nil) -> DeliveryOutcome {
  .failed(TransportError(kind, "a test says so", retryAfter: retryAfter))
}

/// An outbox with a clock and dice of its own.
struct OutboxBench {
  var outbox: Outbox
  var now = 0.0
  var dice = SeededGenerator(seed: 7)

  init(limits: Outbox.Limits = Outbox.Limits(), isOpen: Bool = true) {
    outbox = Outbox(limits: limits)
    if isOpen { outbox.uplinkRestored(parent, at: moment(0)) }
  }

  mutating func addResults(_ numbers: some Sequence<Int>, bytes: Int = 100) {
    for number in numbers {
      outbox.add(OutboxItem(id: resultID(number), uplink: parent, storedAt: number, bytes: bytes))
    }
  }

  mutating func addEvent(_ id: String, priority: Double = 0, storedAt: Int = 0) {
    outbox.add(OutboxItem(id: .event(id), uplink: parent, priority: priority, storedAt: storedAt, bytes: 10))
  }

  mutating func due(from uplink: UplinkID = parent, limit: Int = 100) -> [Delivery] {
    outbox.due(for: uplink, at: moment(now), parentTime: moment(now).unixSeconds, limit: limit)
  }

  mutating func finish(_ id: OutboxID, _ outcome: DeliveryOutcome) -> [OutboxAction] {
    outbox.finished(id, outcome: outcome, at: moment(now), using: &dice)
  }

  /// Advances time to each wake-up until something is due or nothing will be.
  mutating func nextDue(within seconds: Double = 3_600) -> [Delivery] {
    let end = now + seconds
    while true {
      let deliveries = due()
      if !deliveries.isEmpty { return deliveries }
      guard let wakeUp = outbox.nextWakeUp(for: parent, at: moment(now)), wakeUp / .seconds(1) <= end else { return [] }
      now = max(now + 0.001, wakeUp / .seconds(1))
    }
  }
}

extension [OutboxAction] {
  /// Without reports.
  var orders: [OutboxAction] {
    filter { if case .report = $0 { false } else { true } }
  }
}
