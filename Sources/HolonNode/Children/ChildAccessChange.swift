public import HolonRouting
import RXON
import RXONSignatures

/// What a person may do about a child's way in.
public enum ChildAccessChange: String, Sendable, Hashable, CaseIterable {
  /// Makes a token for the child, in place of an earlier one.
  case issueToken = "token"
  /// Shuts the child out, with all its tokens and its certificate.
  case revoke
  /// Lets it in again, with the credentials that it had.
  case restore
}

/// Why a change was not made.
public enum ChildAccessRefusal: Error, Sendable, Hashable {
  case invalidID(String)
  /// A child that is shut out gets no token.
  case revoked(String)
  /// There is nothing to restore.
  case notRevoked(String)
  /// The node keeps as many children on record as it may.
  case full
  /// No digest could be made.
  case unavailable
  /// - Parameter isInForce: it holds until the node ends.
  case notStored(JournalFailure, isInForce: Bool)
}

extension ChildAccessRefusal: CustomStringConvertible {
  public var description: String {
    switch self {
    case .invalidID(let id): "'\(id)' is no worker id; use 1 to 128 letters, digits, '-' and '_'"
    case .revoked(let id): "\(id) is revoked; 'holon children restore \(id)' lets it in again"
    case .notRevoked(let id): "\(id) is not revoked, so there is nothing to restore"
    case .full: "\(ChildAccess.capacity) children are on record already, the most there may be"
    case .unavailable: "OpenSSL makes no HMAC-SHA256; check the system's OpenSSL configuration"
    case .notStored(let failure, let isInForce):
      isInForce
        ? "it holds only until the node ends, for the journal cannot store it: \(failure)"
        : "the journal cannot store it: \(failure)"
    }
  }
}

/// A change on its way into the journal.
struct ChildAccessPlan {
  var change: JournalChange
  /// The new token, which is not kept anywhere.
  var token: String?
}

extension ChildAccess {
  func plan(
    _ change: ChildAccessChange, of child: String, at unixSeconds: Int
  ) throws(ChildAccessRefusal) -> ChildAccessPlan {
    guard Identifier.isStrictlyValid(child) else { throw .invalidID(child) }
    guard self[child] != nil || change == .restore || !isFull else { throw .full }
    switch change {
    case .issueToken:
      guard !isRevoked(child) else { throw .revoked(child) }
      let token = SecureRandom.token()
      guard let digest = digest(of: token, for: child) else { throw .unavailable }
      return ChildAccessPlan(
        change: .childTokenIssued(child: child, digest: digest, at: unixSeconds), token: token)
    case .revoke:
      return ChildAccessPlan(change: .childRevoked(child: child, at: unixSeconds))
    case .restore:
      guard isRevoked(child) else { throw .notRevoked(child) }
      return ChildAccessPlan(change: .childRestored(child: child))
    }
  }
}
