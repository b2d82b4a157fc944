import RXON

/// A call as it is given to a wire: signed and encoded, on behalf of one worker.
package struct WireCall: Sendable {
  package enum Action: Sendable {
    case register
    case poll(PollTerms)
    case result
    case heartbeat
    case event
    case issueToken
    case refreshToken
  }

  package var action: Action
  package var workerID: String
  /// What authenticates the call.
  package var token: String
  /// JSON; empty for calls without one.
  package var body: [UInt8]

  package init(_ action: Action, workerID: String, token: String, body: [UInt8] = []) {
    self.action = action
    self.workerID = workerID
    self.token = token
    self.body = body
  }
}

/// What a poll asks for.
package struct PollTerms: Sendable, Hashable {
  package var wait: Duration
  package var availableSkills: [String]?
  package var hotSkills: [String]?
  /// Nil where the parent knows no leases.
  package var lease: String?

  package init(wait: Duration, availableSkills: [String]?, hotSkills: [String]?, lease: String?) {
    self.wait = wait
    self.availableSkills = availableSkills
    self.hotSkills = hotSkills
    self.lease = lease
  }
}

/// The answer to a call that was not refused.
package struct WireReply: Sendable {
  /// JSON; empty where a poll found no task.
  package var body: [UInt8]
  /// What the parent said it is along with this answer.
  package var parent: ParentFeatures

  package init(body: [UInt8], parent: ParentFeatures = ParentFeatures()) {
    self.body = body
    self.parent = parent
  }
}
