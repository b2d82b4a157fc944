/// Names on the wire (protocol §1).
public enum RXONProtocol {
  /// Of the protocol that this library speaks. Another one at a peer is worth a warning, never a refusal.
  public static let version = "1.0b17"

  /// Names of HTTP headers.
  public enum Header {
    public static let workerToken = "X-Worker-Token"
    public static let workerID = "X-Worker-ID"
    public static let version = "X-RXON-Version"
    /// `1` where the sender is a Holon.
    public static let holon = "X-Holon"
    /// What the sender has beyond plain RXON, as ``HolonFeatures/header`` writes it.
    public static let features = "X-Holon-Features"
    /// Tasks that a child of a Holon has stored, beside any other call; see ``TaskReceipt``.
    public static let receipts = "X-Holon-Receipts"
  }

  /// Paths of HTTP requests.
  public enum Path {
    public static let prefix = "/_worker"
    public static let register = "/_worker/workers/register"
    public static let result = "/_worker/tasks/result"
    /// Of several results in one call, from a child of a Holon.
    public static let results = "/_holon/results"
    public static let events = "/_worker/events"
    public static let token = "/_worker/auth/token"
    public static let refreshToken = "/_worker/auth/token/refresh"
    /// Of clients that name themselves in a header only.
    public static let commands = "/_worker/ws"
    /// Of a link, which carries all calls over one WebSocket; before a worker's id.
    public static let link = "/_worker/link"

    /// Of a poll.
    public static func nextTask(workerID: String) -> String { "\(prefix)/workers/\(workerID)/tasks/next" }
    /// Of a heartbeat.
    public static func heartbeat(workerID: String) -> String { "\(prefix)/workers/\(workerID)" }
    /// Of a command channel.
    public static func commands(workerID: String) -> String { "\(commands)/\(workerID)" }
    /// Of a link.
    public static func link(workerID: String) -> String { "\(link)/\(workerID)" }
  }
}
