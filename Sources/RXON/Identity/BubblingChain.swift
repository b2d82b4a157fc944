/// The nodes that relayed an event on its way up, first one first (protocol §5).
public enum BubblingChain {
  /// The chain after a node has received an event from `sender`: a relay stands in it once, the origin never.
  public static func appending(_ sender: String, to chain: [String]?, origin: String) -> [String] {
    let chain = chain ?? []
    return sender == origin || chain.contains(sender) ? chain : chain + [sender]
  }

  /// Whether an event has been at a node before: it relayed it, or it is where it happened.
  public static func isLoop(_ chain: [String]?, origin: String, at node: String) -> Bool {
    origin == node || (chain ?? []).contains(node)
  }

  /// The bytes that signatures of chains are made over: the list in canonical form.
  public static func canonical(_ chain: [String]) -> [UInt8] {
    var writer = JSONWriter()
    writer.write(chain)
    return writer.bytes
  }
}

extension WorkerEventPayload {
  /// Notes the immediate sender in the chain, as a receiver does.
  public mutating func appendSenderToChain() {
    bubblingChain = BubblingChain.appending(workerID, to: bubblingChain, origin: originWorkerID)
  }

  /// Whether the event has been at a node before.
  public func isLoop(at node: String) -> Bool {
    BubblingChain.isLoop(bubblingChain, origin: originWorkerID, at: node)
  }
}
