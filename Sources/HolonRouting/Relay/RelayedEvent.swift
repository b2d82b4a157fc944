import RXON

/// Events on their way up, unsigned; the time at which the origin signed stays in `metadata.holon`.
enum RelayedEvent {
  enum Refusal: String, Error {
    /// The event has been at this node before.
    case loop
    case chainTooLong = "chain_too_long"
  }

  static func relaying(
    _ event: WorkerEventPayload, from child: String, node: String, maximumDepth: Int
  ) throws(Refusal) -> WorkerEventPayload {
    guard !event.isLoop(at: node) else { throw .loop }
    let chain = BubblingChain.appending(child, to: event.bubblingChain, origin: event.originWorkerID)
    guard chain.count <= maximumDepth else { throw .chainTooLong }
    var relayed = event
    relayed.workerID = node
    if !chain.isEmpty { relayed.bubblingChain = chain }
    relayed.metadata = HolonMetadata.keeping(originTime: event.timestamp, in: event.metadata)
    relayed.timestamp = nil
    relayed.security = event.security?.unsigned
    return relayed
  }
}

extension SecurityContext {
  /// What remains without the signature; nil where nothing does.
  var unsigned: SecurityContext? {
    let rest = SecurityContext(identityChain: identityChain, metadata: metadata, unknown: unknown)
    return rest == SecurityContext() ? nil : rest
  }
}
