import HolonRouting
import RXON
import RXONSignatures

/// Checks what the Holons below vouch for of a message's way up.
struct ChainVerification {
  enum Defect: Error, Equatable {
    case malformed
    /// The node has a key, had the message, and does not vouch for it.
    case missing(String)
    case wrong(String)

    var explanation: String {
      switch self {
      case .malformed: "the signatures of its chain are not what they should be"
      case .missing(let node): "\(node) stands in its chain and has not signed it"
      case .wrong(let node): "the signature of its chain by \(node) is wrong"
      }
    }
  }

  /// Longer ways are refused unread: each signature takes a while to check. No tree is deeper (limits.max_depth).
  private static let longestWay = 65

  /// Of nodes at any depth below, by their ids.
  let keys: [String: Ed25519PublicKey]

  /// Every node on the way whose key is known has signed the way up to it; the origin need not, since it signs the
  /// message itself. Signatures of nodes whose keys are not known here are left to those above.
  func check(_ chain: RelayChain) throws(Defect) {
    guard !keys.isEmpty else { return }
    guard let attestations = chain.attestations, chain.way.count <= Self.longestWay else { throw .malformed }
    var remaining = attestations[...]
    for (place, node) in chain.way.enumerated() {
      guard let attestation = remaining.first, attestation.id == node else {
        if node != chain.origin, keys[node] != nil { throw .missing(node) }
        continue
      }
      remaining.removeFirst()
      guard let key = keys[node] else { continue }
      do throws(SignatureError) {
        try BubblingChainSignature.verify(attestation.signature, of: chain.signedList(through: place), with: key)
      } catch {
        throw .wrong(node)
      }
    }
    // Signed by somebody who is not on the way, or not at that place of it.
    guard remaining.isEmpty else { throw .malformed }
  }
}
