public import RXON

/// One parent.
public struct UplinkConfiguration: Sendable, Hashable {
  /// Stable across restarts, since the journal remembers a task's parent by it. Unique.
  public var name: String
  public var url: Endpoint
  public var token: Secret?
  public var signatures: Signatures
  public var mode: Mode
  /// What precedes a child's id in its name at the parent, in mode ``Mode/transparent``. May be empty.
  public var childPrefix: String
  /// What single children authenticate and sign with at the parent, by their ids, in mode ``Mode/transparent``.
  public var childTokens: [String: Secret]
  /// The share of this parent's tasks under the policy `weighted`.
  public var weight: Int
  /// Tasks taken beyond those that a child waits for.
  public var prefetch: Int
  /// Polls at once.
  public var maxPolls: Int
  /// How long the parent may hold a poll.
  public var pollWait: Duration
  /// The time between heartbeats when nothing has changed.
  public var heartbeat: Duration
  public var compression: Compression
  /// Nil for plain connections.
  public var tls: ClientTLSConfiguration?
  /// Through which proxy, and by which interface of this machine.
  public var route: DialRoute

  /// With what this node signs what it tells the parent.
  public enum Signatures: String, Sendable, Hashable, CaseIterable {
    /// The token.
    case hmac
    /// The key of `signing.key`.
    case ed25519
  }

  /// What the parent sees of the children.
  public enum Mode: String, Sendable, Hashable, CaseIterable {
    /// One worker: this node, with all that its children offer together.
    case aggregate
    /// Each child as a worker of its own.
    case transparent
  }

  /// The token with which a child is a worker of its own at the parent.
  public func token(of child: String) -> Secret? {
    childTokens[child] ?? token
  }
}

extension UplinkConfiguration {
  init?(reading section: SectionReader) {
    let name = section.optional(
      "name", .text(), absent: "host and port of the url",
      "The parent's name in the journal, logs and metrics; give one where the url may change.")
    let url = section.required(
      "url", .dialled, "Where the parent listens.")
    token = section.secret("token", "What this node authenticates and signs with at this parent.")
    signatures = section.value(
      "signatures", .word(), default: .hmac,
      "How to sign at this parent: `hmac` with the token, as every parent understands, or `ed25519` with `signing.key`, "
        + "which a Holon understands that has this node's public key.")
    mode = section.value(
      "mode", .word(), default: .aggregate,
      "What the parent sees: `aggregate`, one worker with all that the children offer, or `transparent`, each child as a "
        + "worker of its own.")
    childPrefix =
      section.optional(
        "child_prefix", .identifierPart,
        "What precedes a child's id in its name at the parent, in mode `transparent`.") ?? ""
    childTokens = section.secrets(
      "child_tokens", namedBy: .identifier,
      "What a child authenticates and signs with at the parent, in mode `transparent`; children without one use `token`."
    )
    if mode == .aggregate {
      section.refuse(["child_prefix", "child_tokens"], because: "means nothing without mode: transparent")
    }
    weight = section.value(
      "weight", .integer(in: 1...1000), default: 1, "The share of this parent's tasks with `uplink_policy: weighted`.")
    prefetch = section.value(
      "prefetch", .integer(in: 0...10_000), default: 0, "Tasks to take beyond those that a child waits for.")
    maxPolls = section.value(
      "max_polls", .integer(in: 1...256), default: 8, "Polls at this parent at once; fewer when fewer children wait.")
    pollWait = section.value(
      "poll_wait", .duration(in: .seconds(1) ... .seconds(600)), default: .seconds(30),
      "How long the parent may hold a poll before it answers that there is no task.")
    heartbeat = section.value(
      "heartbeat", .duration(in: .seconds(2) ... .seconds(600)), default: .seconds(15),
      "The time between heartbeats when nothing has changed.")
    compression = section.value(
      "compression", .word(), default: .lz4,
      "`lz4` exchanges bodies over 1 KiB as LZ4 frames with a parent that understands it; `off` does not.")
    let tls = section.optionalSection("tls")
    let settings = tls.map(ClientTLSConfiguration.init(reading:))
    route = section.route(to: url)
    guard let url else { return nil }
    section.match(url, tls: tls, remedy: nil)
    self.url = url
    self.tls = url.isSecure ? settings ?? .standard : nil
    self.name = name ?? url.authority
  }
}
