/// Anything that went wrong, as it is told to people, logs and parents (design §6).
///
/// Never holds a payload or a token.
public struct RXONError: Error, Sendable, Hashable {
  /// Where it went wrong.
  public enum Origin: String, Sendable, Hashable, CaseIterable {
    case parent, child, local, storage
  }

  /// Of a bounded vocabulary, for metrics and for the parent.
  public var code: ErrorCode
  /// Whose fault it is.
  public var origin: Origin
  /// Whether the same thing may succeed later.
  public var isRetryable: Bool
  /// What happened, which id, which limit.
  public var message: String
  /// What it came from, in words.
  public var cause: String?

  public init(
    _ code: ErrorCode, origin: Origin, isRetryable: Bool, _ message: String, cause: (any Error)? = nil
  ) {
    self.code = code
    self.origin = origin
    self.isRetryable = isRetryable
    self.message = message
    self.cause = cause.map { "\($0)" }
  }
}

extension RXONError: CustomStringConvertible {
  public var description: String {
    let head = "\(code.rawValue) (\(origin.rawValue)): \(message)"
    return cause.map { "\(head): \($0)" } ?? head
  }
}

extension RXONError {
  /// What a failed call to the parent means.
  public init(_ error: TransportError) {
    self.init(
      error.kind.code, origin: error.kind.origin, isRetryable: error.kind.isRetryable, error.message)
  }
}

extension TransportError.Kind {
  /// The protocol's word for it.
  public var code: ErrorCode {
    switch self {
    case .unreachable, .interrupted, .serverError, .duplicate, .notFound, .closed: .transient
    case .timedOut: .timeout
    case .rejected, .conflict, .protocolViolation: .contractViolation
    case .unauthorized, .forbidden: .security
    case .payloadTooLarge, .rateLimited: .limitExceeded
    case .unsendable: .invalidInput
    }
  }

  /// Whose fault it is.
  public var origin: RXONError.Origin {
    switch self {
    case .unsendable, .closed: .local
    default: .parent
    }
  }

  /// Whether the same message may get through at a later attempt.
  public var isRetryable: Bool {
    switch self {
    case .unreachable, .interrupted, .timedOut, .serverError, .rateLimited, .duplicate, .unauthorized, .notFound: true
    case .rejected, .forbidden, .conflict, .payloadTooLarge, .protocolViolation, .unsendable, .closed: false
    }
  }
}
