import Synchronization

/// One call between an in-process transport and its listener: ended once, by an answer or by its caller.
final class PendingCall: Sendable {
  typealias Outcome = Result<ListenerAnswer, TransportError>

  private struct State {
    var outcome: Outcome?
    var caller: CheckedContinuation<Outcome, Never>?
    var onAbandoned: [@Sendable () -> Void] = []
    var onEnd: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  /// - Parameter action: called once, when the call has ended.
  func onEnd(_ action: @escaping @Sendable () -> Void) {
    let hasEnded = state.withLock { state in
      if state.outcome == nil { state.onEnd = action }
      return state.outcome != nil
    }
    if hasEnded { action() }
  }

  /// The listener's answer. One that comes too late is told so.
  func answer(_ answer: ListenerAnswer, written: (@Sendable (Bool) -> Void)?) {
    let wasFirst = end(.success(answer)) != nil
    written?(wasFirst)
  }

  /// The listener's wish to be told when the caller goes away.
  func onAbandoned(_ action: @escaping @Sendable () -> Void) {
    let isAbandoned = state.withLock { state in
      switch state.outcome {
      case nil:
        state.onAbandoned.append(action)
        return false
      case .success: return false
      case .failure: return true
      }
    }
    if isAbandoned { action() }
  }

  /// The caller goes away; it sees the error.
  func abandon(_ error: TransportError) {
    for action in end(.failure(error)) ?? [] { action() }
  }

  /// Waits for the end. Cancelling the waiting task abandons the call.
  func outcome() async -> Outcome {
    await withTaskCancellationHandler {
      await withCheckedContinuation { caller in
        let outcome = state.withLock { state in
          if state.outcome == nil { state.caller = caller }
          return state.outcome
        }
        if let outcome { caller.resume(returning: outcome) }
      }
    } onCancel: {
      abandon(TransportError(.interrupted, "the call was cancelled"))
    }
  }

  /// - Returns: those who want to know that the caller went away; nil if the call had ended before.
  private func end(_ outcome: Outcome) -> [@Sendable () -> Void]? {
    let ended = state.withLock { state -> State? in
      guard state.outcome == nil else { return nil }
      state.outcome = outcome
      defer {
        state.caller = nil
        state.onAbandoned = []
        state.onEnd = nil
      }
      return state
    }
    guard let ended else { return nil }
    ended.caller?.resume(returning: outcome)
    ended.onEnd?()
    return ended.onAbandoned
  }
}
