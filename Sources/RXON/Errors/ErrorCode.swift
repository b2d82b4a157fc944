/// What a parent may conclude from a failure (protocol §2). Peers may send words of their own.
public struct ErrorCode: RawRepresentable, Sendable, Hashable {
  /// The word on the wire.
  public var rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  public init(_ rawValue: String) {
    self.rawValue = rawValue
  }

  // MARK: Retried by the orchestrator, three times
  /// It may work another time.
  public static let transient = ErrorCode("TRANSIENT_ERROR")
  /// It took too long, or its deadline has passed.
  public static let timeout = ErrorCode("TIMEOUT_ERROR")
  /// The result came when nobody waited any more.
  public static let lateResult = ErrorCode("LATE_RESULT")
  /// The worker ran out of memory, disk or the like.
  public static let resourceExhausted = ErrorCode("RESOURCE_EXHAUSTED_ERROR")
  /// A limit on size or rate was passed.
  public static let limitExceeded = ErrorCode("LIMIT_EXCEEDED_ERROR")
  /// The worker lacks something that the task needs.
  public static let dependencyMissing = ErrorCode("DEPENDENCY_MISSING_ERROR")
  /// The node itself is at fault.
  public static let `internal` = ErrorCode("INTERNAL_ERROR")

  // MARK: The job fails
  /// The task's parameters are wrong.
  public static let invalidInput = ErrorCode("INVALID_INPUT_ERROR")
  /// A file is not what its metadata says.
  public static let integrityMismatch = ErrorCode("INTEGRITY_MISMATCH_ERROR")

  // MARK: The job is quarantined and the sender's reputation cut
  /// It will never work.
  public static let permanent = ErrorCode("PERMANENT_ERROR")
  /// A message or a result breaks its schema.
  public static let contractViolation = ErrorCode("CONTRACT_VIOLATION_ERROR")
  /// Something that the task depends on failed.
  public static let dependency = ErrorCode("DEPENDENCY_ERROR")
  /// A signature, a token or a permission is wrong.
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
