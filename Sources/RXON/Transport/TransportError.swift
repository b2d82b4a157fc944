/// Why a call to the parent did not end in an answer that counts, told apart by what the caller may conclude from it.
public struct TransportError: Error, Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The request never left: name unknown, connection refused. Nothing was processed.
    case unreachable
    /// The connection was lost after the request may have been sent. It may have been processed.
    case interrupted
    /// No answer in time. It may have been processed.
    case timedOut
    /// 400: the parent did not understand the message.
    case rejected
    /// 401: the access token is expired or unknown.
    case unauthorized
    /// 403 that names a replay. Not a proof that the first one was processed (protocol §7).
    case duplicate
    /// Any other 403.
    case forbidden
    /// 404: the parent does not know this worker, or the call.
    case notFound
    /// 409: the parent refuses the registration, as one that would close a loop.
    case conflict
    /// 413.
    case payloadTooLarge
    /// 429; `retryAfter` says for how long.
    case rateLimited
    /// 5xx.
    case serverError
    /// The answer was not RXON.
    case protocolViolation
    /// A message could not be signed or encoded.
    case unsendable
    /// This transport was closed.
    case closed
  }

  public var kind: Kind
  /// What happened, for a person. Never holds a payload or a token.
  public var message: String
  public var status: Int?
  public var retryAfter: Duration?

  public init(_ kind: Kind, _ message: String, status: Int? = nil, retryAfter: Duration? = nil) {
    self.kind = kind
    self.message = message
    self.status = status
    self.retryAfter = retryAfter
  }
}

extension TransportError: CustomStringConvertible {
  public var description: String {
    status.map { "\(kind.rawValue) (\($0)): \(message)" } ?? "\(kind.rawValue): \(message)"
  }
}
