import HolonRouting
import Logging
import RXON
import RXONHTTP

/// Who may ask now, and how often.
extension HolonNode {
  /// The proven identity of a caller that is within its limits.
  func admit(_ call: ListenerCall) throws(CallFailure) -> ChildAuthenticator.Identity {
    let identity = try identify(call.credentials)
    try call.attributeConnection(to: identity.workerID)
    if let limited = call.action.limited { try spend(limited, bytes: call.body?.count ?? 0, of: identity.workerID) }
    if call.action.isRare {
      admission.delays.succeeded(
        identity.workerID, at: NetworkAddress.network(of: call.credentials.remoteAddress), uptime: clock.uptime)
    }
    return identity
  }

  func identify(_ credentials: Credentials) throws(CallFailure) -> ChildAuthenticator.Identity {
    try delaying(credentials) { () throws(CallFailure) in
      try authenticator.identify(credentials, at: NodeClock.unixSeconds())
    }
  }

  /// Looks at credentials, unless the caller has to wait; wrong ones are noted.
  func delaying<Proof>(
    _ credentials: Credentials, _ check: () throws(CallFailure) -> Proof
  ) throws(CallFailure) -> Proof {
    let identity = credentials.workerID ?? ""
    let address = NetworkAddress.network(of: credentials.remoteAddress)
    do throws(AdmissionRefusal) {
      try admission.delays.expectNoDelay(of: identity, at: address, uptime: clock.uptime)
    } catch {
      throw limited(error)
    }
    do throws(CallFailure) {
      return try check()
    } catch {
      if error.status == 403 { admission.delays.failed(identity, at: address, uptime: clock.uptime) }
      throw error
    }
  }

  /// Counts a call against what its caller may do in a minute.
  func spend(_ call: LimitedCall, bytes: Int, of workerID: String) throws(CallFailure) {
    do throws(AdmissionRefusal) {
      try admission.allowances.spend(call, bytes: bytes, of: workerID, at: clock.uptime)
    } catch {
      throw limited(error)
    }
  }

  private func limited(_ refusal: AdmissionRefusal) -> CallFailure {
    counters.add("calls_limited", label: refusal.label)
    let message =
      switch refusal.reason {
      case .rate(let call): "Too many \(call.rawValue) within a minute"
      case .bytes: "Too many bytes within a minute"
      case .failures: "Too many wrong credentials: wait before the next attempt"
      case .failuresOfAddress: "Too many wrong credentials from this address: wait before the next attempt"
      }
    return CallFailure(status: 429, message, code: .limitExceeded, retryAfter: refusal.retryAfter)
  }

  // MARK: Telling

  func refused(_ credentials: Credentials, _ failure: CallFailure) {
    counters.add("calls_refused", label: "\(failure.status)")
    noteRefusal(
      "Refused a call", kind: "\(failure.status)",
      [
        "child": "\(credentials.workerID ?? "-")", "address": "\(credentials.remoteAddress)",
        "reason": "\(failure.message)",
      ])
  }

  /// The listener turned something away by itself.
  func refused(_ refusal: HTTPRefusal) {
    counters.add("requests_refused", label: refusal.rawValue)
    noteRefusal("Turned a request or a connection away", kind: refusal.rawValue, ["reason": "\(refusal.rawValue)"])
  }

  /// Who floods the node does not flood its log.
  private func noteRefusal(_ message: Logger.Message, kind: String, _ metadata: Logger.Metadata) {
    guard let leftOut = admission.logLines.admit(kind, at: clock.uptime) else { return }
    var metadata = metadata
    if leftOut > 0 { metadata["left_out"] = "\(leftOut)" }
    logger.info(message, metadata: metadata)
  }
}

extension ListenerAction {
  /// Receipts come along with other calls, as many as tasks were given.
  fileprivate var limited: LimitedCall? {
    switch self {
    case .register: .registrations
    case .poll: .polls
    case .result: .results
    case .heartbeat: .heartbeats
    case .event: .events
    case .issueToken, .refreshToken: .tokens
    case .receipts: nil
    }
  }

  /// Made now and then, not for each task.
  fileprivate var isRare: Bool {
    switch self {
    case .register, .heartbeat, .issueToken: true
    case .poll, .result, .event, .refreshToken, .receipts: false
    }
  }
}
