import HolonConfig
import HolonRouting
import RXON
import RXONSignatures

// Is it its own word.
extension ChildAuthenticator {
  /// What a signed body says of itself.
  struct Claim {
    var workerID: String?
    var timestamp: Int?
    var security: SecurityContext?
    /// `event_id` for events; otherwise the signature itself serves.
    var nonce: String?
    var ignoredFields: [String] = []
    var repetition = Repetition.refused
    /// The way up of what may be relayed.
    var chain: RelayChain?
  }

  /// What a second identical message is.
  enum Repetition {
    /// A replay.
    case refused
    /// Sent twice within a second, as the reference worker does (protocol §7); a replay once a later one has come.
    case whileNewest
    /// Sent again by a child that heard no answer; a replay when the task was handed out since.
    case ofResult(handedOutAt: Duration?)
  }

  mutating func verify(
    _ claim: Claim, body: RawJSON, by identity: Identity, at unixSeconds: Int, uptime: Duration
  ) throws(CallFailure) {
    guard claim.workerID == nil || claim.workerID == identity.workerID else {
      throw CallFailure(status: 403, "Forbidden: the worker id of the body is not that of the caller")
    }
    guard policy.signatures != .off else { return }
    let signature = try verifiedSignature(of: claim, body: body, by: identity, at: unixSeconds)
    try verifyChain(of: claim)
    if let signature { try expectNoReplay(of: claim, signature, by: identity, at: unixSeconds, uptime: uptime) }
  }

  /// - Returns: the signature; nil where there is none that could be checked, and none is needed.
  private func verifiedSignature(
    of claim: Claim, body: RawJSON, by identity: Identity, at unixSeconds: Int
  ) throws(CallFailure) -> String? {
    let key = chains.keys[identity.workerID]
    let isRequired = policy.signatures == .required || key != nil
    guard let signature = claim.security?.signature else {
      guard isRequired else { return nil }
      throw .forbidden("the message is not signed")
    }
    // Where a key is known, a token proves nothing: whoever stole it must not be able to sign.
    let verifiers: [any Verifier] = key.map { [$0] } ?? identity.secrets
    guard !verifiers.isEmpty else {
      // The certificate vouches for the connection; there is nothing to check the signature with.
      guard isRequired else { return nil }
      throw .forbidden(
        "this node knows neither a token nor a key of worker \(identity.workerID) to check its signature with; give it "
          + "one (holon children add, children.public_keys), or set children.signatures: if-present")
    }
    guard claim.security?.signerID == identity.workerID else { throw .forbidden("the signer is not the caller") }
    guard let timestamp = claim.timestamp, ReplayGuard.isFresh(timestamp, at: unixSeconds) else {
      throw .forbidden("the timestamp is missing or more than \(ReplayGuard.freshness) s off")
    }
    let isRight = verifiers.contains { verifier in
      (try? PayloadSignature.verify(signature, of: body, with: verifier, ignoring: claim.ignoredFields)) != nil
    }
    guard isRight else { throw .forbidden("the signature is wrong") }
    return signature
  }

  private func verifyChain(of claim: Claim) throws(CallFailure) {
    guard let chain = claim.chain else { return }
    do throws(ChainVerification.Defect) {
      try chains.check(chain)
    } catch {
      throw .forbidden(error.explanation)
    }
  }

  private mutating func expectNoReplay(
    of claim: Claim, _ signature: String, by identity: Identity, at unixSeconds: Int, uptime: Duration
  ) throws(CallFailure) {
    // Fresh, and so not far ahead.
    let ahead = Duration.seconds((claim.timestamp ?? unixSeconds) - unixSeconds)
    // Hexadecimal reads the same in both cases.
    let earlier = replays.claim(
      claim.nonce ?? signature.lowercased(), of: identity.workerID, at: uptime, ahead: ahead)
    let isOutdated: Bool
    if case .whileNewest = claim.repetition, let timestamp = claim.timestamp {
      isOutdated = replays.isOutdated(timestamp, of: identity.workerID)
    } else {
      isOutdated = false
    }
    guard case .seen(let at) = earlier else { return }
    let isReplay =
      switch claim.repetition {
      case .refused: true
      case .whileNewest: isOutdated
      case .ofResult(let handedOutAt): handedOutAt.map { at < $0 } ?? false
      }
    guard !isReplay else {
      throw CallFailure(status: 403, "Duplicate message detected (replay attack)", code: .security)
    }
  }
}

extension CallFailure {
  fileprivate static func forbidden(_ reason: String) -> CallFailure {
    CallFailure(status: 403, "Forbidden: \(reason)", code: .security)
  }
}

// MARK: What each message claims

extension ChildAuthenticator.Claim {
  init(_ registration: WorkerRegistration) {
    self.init(
      workerID: registration.workerID, timestamp: registration.timestamp, security: registration.security)
  }

  init(_ heartbeat: Heartbeat) {
    self.init(
      workerID: heartbeat.workerID, timestamp: heartbeat.timestamp, security: heartbeat.security,
      repetition: .whileNewest)
  }

  /// - Parameter handedOutAt: when the task was given to the child that holds it now.
  init(_ result: TaskResult, by sender: String, handedOutAt: Duration?) {
    self.init(
      workerID: result.workerID, timestamp: result.timestamp, security: result.security,
      repetition: .ofResult(handedOutAt: handedOutAt), chain: RelayChain(result, from: sender))
  }

  init(_ event: WorkerEventPayload, by sender: String) {
    self.init(
      workerID: event.workerID, timestamp: event.timestamp, security: event.security, nonce: event.eventID,
      ignoredFields: ["bubbling_chain"], chain: RelayChain(event, from: sender))
  }
}
