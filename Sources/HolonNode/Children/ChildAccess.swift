import HolonRouting
import RXONSignatures

/// The tokens that were issued to children here, and who is shut out; as the journal keeps it.
///
/// Of a token only a digest under the node's own key is kept. A token has 256 random bits, so that guessing it from its
/// digest is no easier than guessing it at the door, and a slow hash would gain nothing.
struct ChildAccess: Sendable {
  /// Most children that are kept on record.
  static let capacity = 100_000

  let secret: NodeSecret
  /// The node's key, for digests and access tokens.
  let key: HMACSecret
  private var records: [String: ChildAccessRecord]
  private(set) var hasTokens = false

  init(secret: NodeSecret, records: [ChildAccessRecord] = []) {
    self.secret = secret
    key = HMACSecret(hexadecimal(secret.bytes))
    self.records = Dictionary(records.map { ($0.child, $0) }, uniquingKeysWith: { _, last in last })
    noteTokens()
  }

  static func makeSecret() -> NodeSecret {
    NodeSecret(SecureRandom.bytes(32))
  }

  /// In the order of their ids.
  var all: [ChildAccessRecord] { records.values.sorted { $0.child < $1.child } }

  var isFull: Bool { records.count >= Self.capacity }

  subscript(_ workerID: String) -> ChildAccessRecord? { records[workerID] }

  func isRevoked(_ workerID: String) -> Bool {
    records[workerID]?.revokedAt != nil
  }

  /// The child has a token of its own that was issued here.
  func hasToken(_ workerID: String) -> Bool {
    records[workerID]?.tokenDigest != nil
  }

  func epoch(of workerID: String) -> Int {
    records[workerID]?.epoch ?? 0
  }

  /// Whether `token` is the one that was issued to the child. Takes the same time for every wrong token.
  func accepts(_ token: String, of workerID: String) -> Bool {
    guard let expected = records[workerID]?.tokenDigest, let found = digest(of: token, for: workerID) else {
      return false
    }
    return constantTimeEquals(expected, found)
  }

  /// - Returns: nil when OpenSSL gives no digest.
  func digest(of token: String, for workerID: String) -> String? {
    try? key.signature(of: Array("token\n\(workerID)\n\(token)".utf8))
  }

  /// Takes a change over that the journal was given; others than those of children's access change nothing.
  mutating func apply(_ change: JournalChange) {
    switch change {
    case .childTokenIssued(let child, let digest, let at):
      records[child, default: ChildAccessRecord(child: child)].issueToken(digest: digest, at: at)
    case .childRevoked(let child, let at):
      records[child, default: ChildAccessRecord(child: child)].revoke(at: at)
    case .childRestored(let child):
      records[child]?.restore()
    default:
      return
    }
    noteTokens()
  }

  private mutating func noteTokens() {
    hasTokens = records.values.contains { $0.tokenDigest != nil }
  }
}
