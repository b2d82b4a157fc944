public import RXON

/// The way of a relayed message: which nodes had it, and what those among them that hold a key vouch for.
///
/// A Holon with a key signs, at each message that it sends up and did not make itself, the way up to and including
/// itself: the list of ids in the reference's form of a signed chain, after words that tie it to this one message. The
/// signatures travel in `security.metadata.holon.chain`, which plain peers pass over.
public struct RelayChain: Sendable, Hashable {
  /// One node's word for the way up to it.
  public struct Attestation: Sendable, Hashable {
    public var id: String
    /// Hexadecimal.
    public var signature: String
  }

  /// What ties a signature to this message: its kind, its ids, and its origin.
  public var subject: [String]
  public var origin: String
  /// The nodes in the order in which they had the message, the sender last.
  public var way: [String]
  /// What they vouched for, in the same order; nil where it is not what it should be.
  public var attestations: [Attestation]?

  /// The way of an event, as `sender` sends it.
  public init(_ event: WorkerEventPayload, from sender: String) {
    subject = ["event", event.eventID, event.originWorkerID]
    origin = event.originWorkerID
    way = BubblingChain.appending(sender, to: event.bubblingChain, origin: event.originWorkerID)
    attestations = Self.attestations(in: event.security)
  }

  /// The way of a result, as `sender` sends it.
  public init(_ result: TaskResult, from sender: String) {
    origin = result.originWorkerID ?? result.workerID ?? sender
    subject = ["result", result.jobID, result.taskID, origin]
    way = RelayedResult.chain(result.security?.identityChain, with: sender)
    attestations = Self.attestations(in: result.security)
  }

  /// The sender passes on what another made.
  public var isRelayed: Bool { way.contains { $0 != origin } }

  /// What the node at this place of the way signs.
  public func signedList(through index: Int) -> [String] {
    subject + way.prefix(index + 1)
  }

  // MARK: On the wire

  private static let member = "chain"

  private static func attestations(in security: SecurityContext?) -> [Attestation]? {
    guard let written = security?.metadata?[HolonMetadata.member]?[member] else { return [] }
    guard written.kind == .array else { return nil }
    var attestations: [Attestation] = []
    for element in written.elements {
      guard let id = element["id"]?.stringValue, let signature = element["signature"]?.stringValue else { return nil }
      attestations.append(Attestation(id: id, signature: signature))
    }
    return attestations
  }

  /// The security context with one more attestation.
  public static func attesting(
    _ security: SecurityContext?, by id: String, signature: String
  ) -> SecurityContext {
    var security = security ?? SecurityContext()
    let holon = security.metadata?[HolonMetadata.member]
    let earlier = holon?[member]?.elements ?? []
    let own = RawJSON.object(["id": .string(id), "signature": .string(signature)])
    let extended = (holon ?? .emptyObject).setting(member, to: .array(earlier + [own]))
    security.metadata = (security.metadata ?? .emptyObject).setting(HolonMetadata.member, to: extended)
    return security
  }
}
