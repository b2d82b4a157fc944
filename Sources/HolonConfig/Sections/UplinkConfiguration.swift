public import RXON

/// One parent.
public struct UplinkConfiguration: Sendable, Hashable {
  /// Stable across restarts, since the journal remembers a task's parent by it. Unique.
  public var name: String
  public var url: Endpoint
  public var token: Secret?
  public var mode: Mode
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
  /// Nil for plain connections.
  public var tls: ClientTLSConfiguration?

  /// What the parent sees of the children.
  public enum Mode: String, Sendable, Hashable, CaseIterable {
    /// One worker: this node, with all that its children offer together.
    case aggregate
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
    mode = section.value(
      "mode", .word(later: ["transparent": "each child as a worker of its own"]), default: .aggregate,
      "What the parent sees: one worker with all that the children offer.")
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
    let tls = section.optionalSection("tls")
    let settings = tls.map(ClientTLSConfiguration.init(reading:))
    section.later(["proxy": "proxies"])
    guard let url else { return nil }
    section.match(url, tls: tls, remedy: nil)
    self.url = url
    self.tls = url.isSecure ? settings ?? .standard : nil
    self.name = name ?? url.authority
  }
}
