/// What a parent may conclude from a failure (protocol §2). Peers may send words of their own.
public struct ErrorCode: RawRepresentable, Sendable, Hashable {
  public var rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  public init(_ rawValue: String) {
    self.rawValue = rawValue
  }

  // Retried by the orchestrator, three times.
  public static let transient = ErrorCode("TRANSIENT_ERROR")
  public static let timeout = ErrorCode("TIMEOUT_ERROR")
  public static let lateResult = ErrorCode("LATE_RESULT")
  public static let resourceExhausted = ErrorCode("RESOURCE_EXHAUSTED_ERROR")
  public static let limitExceeded = ErrorCode("LIMIT_EXCEEDED_ERROR")
  public static let dependencyMissing = ErrorCode("DEPENDENCY_MISSING_ERROR")
  public static let `internal` = ErrorCode("INTERNAL_ERROR")

  // The job fails.
  public static let invalidInput = ErrorCode("INVALID_INPUT_ERROR")
  public static let integrityMismatch = ErrorCode("INTEGRITY_MISMATCH_ERROR")

  // The job is quarantined and the sender's reputation cut.
  public static let permanent = ErrorCode("PERMANENT_ERROR")
  public static let contractViolation = ErrorCode("CONTRACT_VIOLATION_ERROR")
  public static let dependency = ErrorCode("DEPENDENCY_ERROR")
  public static let security = ErrorCode("SECURITY_ERROR")

  /// The codes of the protocol.
  public static let standard: [ErrorCode] = [
    .transient, .timeout, .lateResult, .resourceExhausted, .limitExceeded, .dependencyMissing, .internal,
    .invalidInput, .integrityMismatch, .permanent, .contractViolation, .dependency, .security,
  ]
}

extension ErrorCode: ExpressibleByStringLiteral, CustomStringConvertible {
  public init(stringLiteral value: String) {
    self.init(value)
  }

  public var description: String { rawValue }
}

extension ErrorCode {
  /// Whether the orchestrator tries a task again after a failure with this code. Codes it does not know are retried.
  public var isRetriedByParent: Bool {
    switch self {
    case .invalidInput, .integrityMismatch, .permanent, .contractViolation, .dependency, .security: false
    default: true
    }
  }
}
