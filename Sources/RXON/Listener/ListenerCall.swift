/// One call of a child, waiting for its answer.
///
/// Built by a listener; answered once by the handler. The closures may be called from any thread.
public final class ListenerCall: Sendable {
  public let action: ListenerAction
  public let credentials: Credentials
  /// The body as it arrived; signatures are checked over it. `nil` for calls without one.
  public let body: RawJSON?

  private let respond: @Sendable (ListenerAnswer, (@Sendable (Bool) -> Void)?) -> Void
  private let watchAbandonment: @Sendable (@escaping @Sendable () -> Void) -> Void
  private let attribute: @Sendable (String) -> Bool

  public init(
    action: ListenerAction, credentials: Credentials, body: RawJSON?,
    respond: @escaping @Sendable (ListenerAnswer, (@Sendable (Bool) -> Void)?) -> Void,
    watchAbandonment: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void,
    attribute: @escaping @Sendable (String) -> Bool = { _ in true }
  ) {
    self.action = action
    self.credentials = credentials
    self.body = body
    self.respond = respond
    self.watchAbandonment = watchAbandonment
    self.attribute = attribute
  }

  /// Answers the call.
  /// - Parameter written: told once whether the answer was handed to the network; false when the caller was gone.
  public func answer(_ answer: ListenerAnswer, written: (@Sendable (Bool) -> Void)? = nil) {
    respond(answer, written)
  }

  public func fail(_ status: Int, _ message: String, code: ErrorCode? = nil, retryAfter: Duration? = nil) {
    respond(.failure(CallFailure(status: status, message, code: code, retryAfter: retryAfter)), nil)
  }

  /// Counts the call's connection as one of the caller's, which has proven who it is. To be called from within
  /// ``ListenerHandler/receive(_:)``.
  /// - Throws: ``CallFailure/tooManyConnections`` when the caller has as many as it may.
  public func attributeConnection(to workerID: String) throws(CallFailure) {
    guard attribute(workerID) else { throw .tooManyConnections }
  }

  /// Asks to be told, at most once, when the caller goes away before its answer.
  public func onAbandoned(_ action: @escaping @Sendable () -> Void) {
    watchAbandonment(action)
  }
}
