import Synchronization

/// A listener without a wire: its transports call the handler directly. For tests, and for programs that are parent and
/// child in one.
public final class InProcessListener: Listener {
  private struct State {
    var handler: (any ListenerHandler)?
    var isStopped = false
    var calls: [ObjectIdentifier: PendingCall] = [:]
    var channels: [ObjectIdentifier: InProcessCommandChannel] = [:]
    var waitingForIdle: [CheckedContinuation<Void, Never>] = []
  }

  private let name: String
  private let state = Mutex(State())
  let features: ParentFeatures
  let time: @Sendable () -> Int

  /// - Parameters:
  ///   - name: stands in the listener's URL.
  ///   - isHolon: what children learn about this parent.
  ///   - time: Unix seconds; the parent's clock.
  public init(name: String = "parent", isHolon: Bool = false, time: @escaping @Sendable () -> Int) {
    self.name = name
    self.features = ParentFeatures(isHolon: isHolon, features: isHolon ? .all : [])
    self.time = time
  }

  /// A child of this listener. Calls before the start and after the stop find it unreachable.
  /// - Parameter sign: makes the signature of a message; nil sends messages unsigned.
  public func makeTransport(
    workerID: String, token: String?, isHolon: Bool = false, sign: InProcessTransport.MessageSigner? = nil
  ) -> InProcessTransport {
    InProcessTransport(listener: self, workerID: workerID, token: token, isHolon: isHolon, sign: sign)
  }

  public func start(handler: any ListenerHandler) async throws -> String {
    let isFirst = state.withLock { state in
      guard state.handler == nil, !state.isStopped else { return false }
      state.handler = handler
      return true
    }
    guard isFirst else { throw RXONError(.internal, origin: .local, isRetryable: false, "a listener starts only once") }
    return "inprocess://\(name)"
  }

  public func stop(grace: Duration) async {
    let isFirst = state.withLock { state in
      defer { state.isStopped = true }
      return !state.isStopped
    }
    guard isFirst else { return }
    let expiry = Task {
      try await Task.sleep(for: grace)
      abandonCalls()
    }
    await waitUntilIdle()
    expiry.cancel()
    for channel in state.withLock({ Array($0.channels.values) }) { channel.close() }
  }

  /// Hands a call to the handler; refused when there is none.
  func receive(_ action: ListenerAction, credentials: Credentials, body: RawJSON?, _ pending: PendingCall) {
    let handler = state.withLock { state -> (any ListenerHandler)? in
      guard let handler = state.handler, !state.isStopped else { return nil }
      state.calls[ObjectIdentifier(pending)] = pending
      return handler
    }
    guard let handler else { return pending.abandon(unreachable) }
    pending.onEnd { [self, unowned pending] in forget(pending) }
    handler.receive(
      ListenerCall(
        action: action, credentials: credentials, body: body,
        respond: { answer, written in pending.answer(answer, written: written) },
        watchAbandonment: { action in pending.onAbandoned(action) }))
  }

  /// Asks the handler to admit a command channel, and opens it.
  func openChannel(_ credentials: Credentials) async throws(TransportError) -> InProcessCommandChannel {
    guard let handler = runningHandler else { throw unreachable }
    let refusal = await withCheckedContinuation { continuation in
      handler.admitCommandChannel(credentials) { continuation.resume(returning: $0) }
    }
    if let refusal { throw TransportError(refusal: refusal) }
    let channel = InProcessCommandChannel(credentials: credentials, workerID: credentials.workerID ?? "")
    let isStopped = state.withLock { state in
      if !state.isStopped { state.channels[ObjectIdentifier(channel)] = channel }
      return state.isStopped
    }
    guard !isStopped else { throw unreachable }
    handler.commandChannelOpened(channel)
    channel.onClosed { [self] channel in
      state.withLock { $0.channels[ObjectIdentifier(channel)] = nil }
      handler.commandChannelClosed(channel)
    }
    return channel
  }

  var runningHandler: (any ListenerHandler)? {
    state.withLock { $0.isStopped ? nil : $0.handler }
  }

  private var unreachable: TransportError {
    TransportError(.unreachable, "the listener '\(name)' is not running")
  }

  private func forget(_ pending: PendingCall) {
    let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      state.calls[ObjectIdentifier(pending)] = nil
      guard state.calls.isEmpty else { return [] }
      defer { state.waitingForIdle = [] }
      return state.waitingForIdle
    }
    for continuation in waiting { continuation.resume() }
  }

  private func waitUntilIdle() async {
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        if !state.calls.isEmpty { state.waitingForIdle.append(continuation) }
        return state.calls.isEmpty
      }
      if isIdle { continuation.resume() }
    }
  }

  private func abandonCalls() {
    for call in state.withLock({ Array($0.calls.values) }) {
      call.abandon(TransportError(.interrupted, "the listener '\(name)' was stopped"))
    }
  }
}
