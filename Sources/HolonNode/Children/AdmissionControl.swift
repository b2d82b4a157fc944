import HolonConfig
import HolonRouting

/// What the node remembers of its callers, to keep them within their limits.
struct AdmissionControl {
  /// Callers of which something is remembered, at least.
  private static let fewestCallers = 16_384

  private var limits: LimitConfiguration
  var delays: FailureDelays
  var allowances: CallAllowances
  var logLines = LogAllowance()

  init(_ limits: LimitConfiguration) {
    self.limits = limits
    delays = FailureDelays(limits.failures.policy, capacity: Self.fewestCallers)
    allowances = CallAllowances(limits.allowances, callers: max(Self.fewestCallers, 2 * limits.maxChildren))
  }

  /// Takes changed limits over. Failures are forgiven: it may be the expected credentials that were wrong.
  mutating func adopt(_ limits: LimitConfiguration) {
    if limits == self.limits {
      delays.forgive()
    } else {
      self = AdmissionControl(limits)
    }
  }
}

extension FailureConfiguration {
  var policy: FailureDelays.Policy {
    FailureDelays.Policy(allowed: allowed, delay: delay, maximumDelay: maxDelay, perAddress: perAddress)
  }
}

extension LimitConfiguration {
  var allowances: CallAllowances.Limits {
    let rates: [LimitedCall: Int?] = [
      .registrations: rates.registrations, .polls: rates.polls, .results: rates.results,
      .heartbeats: rates.heartbeats, .events: rates.events, .tokens: rates.tokens, .channels: rates.channels,
    ]
    return CallAllowances.Limits(callsPerMinute: rates.compactMapValues(\.self), bytesPerMinute: bytesPerMinute)
  }
}
