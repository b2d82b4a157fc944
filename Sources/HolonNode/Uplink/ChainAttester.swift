import HolonRouting
import RXON
import RXONSignatures

/// Signs the way of what this node passes on.
struct ChainAttester: Sendable {
  let nodeID: String
  let key: Ed25519PrivateKey

  func attest(_ result: TaskResult) throws(SignatureError) -> TaskResult {
    var attested = result
    attested.security = try attest(RelayChain(result, from: nodeID), in: result.security)
    return attested
  }

  func attest(_ event: WorkerEventPayload) throws(SignatureError) -> WorkerEventPayload {
    var attested = event
    attested.security = try attest(RelayChain(event, from: nodeID), in: event.security)
    return attested
  }

  /// What the node made itself is signed as a message, and has no way to vouch for.
  private func attest(
    _ chain: RelayChain, in security: SecurityContext?
  ) throws(SignatureError) -> SecurityContext? {
    guard chain.isRelayed, !chain.way.isEmpty else { return security }
    let signature = try BubblingChainSignature.sign(chain.signedList(through: chain.way.count - 1), with: key)
    return RelayChain.attesting(security, by: nodeID, signature: signature)
  }
}
