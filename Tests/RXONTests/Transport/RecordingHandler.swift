import RXON
import Synchronization

/// A listener's handler that writes down what it received and answers as the test says.
final class RecordingHandler: ListenerHandler {
  typealias Answer = @Sendable (ListenerCall) -> Void

  private struct State {
    var calls: [ListenerCall] = []
    var opened: [any CommandChannel] = []
    var closed: [any CommandChannel] = []
    var unanswered: [WorkerEventPayload] = []
  }

  private let state = Mutex(State())
  private let answer: Answer
  private let admission: CallFailure?

  init(admission: CallFailure? = nil, _ answer: @escaping Answer = { _ in }) {
    self.answer = answer
    self.admission = admission
  }

  var calls: [ListenerCall] { state.withLock { $0.calls } }
  var opened: [any CommandChannel] { state.withLock { $0.opened } }
  var closed: [any CommandChannel] { state.withLock { $0.closed } }
  var unanswered: [WorkerEventPayload] { state.withLock { $0.unanswered } }

  func receive(_ call: ListenerCall) {
    state.withLock { $0.calls.append(call) }
    answer(call)
  }

  func admitCommandChannel(_ credentials: Credentials, completion: @escaping @Sendable (CallFailure?) -> Void) {
    completion(admission)
  }

  func commandChannelOpened(_ channel: any CommandChannel) {
    state.withLock { $0.opened.append(channel) }
  }

  func commandChannelClosed(_ channel: any CommandChannel) {
    state.withLock { $0.closed.append(channel) }
  }

  func receiveUnanswered(_ event: WorkerEventPayload, body: RawJSON, from channel: any CommandChannel) {
    state.withLock { $0.unanswered.append(event) }
  }
}

/// Waits for a condition.
/// - Returns: false when it did not come true in ten seconds.
func eventually(_ condition: () -> Bool) async -> Bool {
  let deadline = ContinuousClock.now + .seconds(10)
  while !condition() {
    guard ContinuousClock.now < deadline else { return false }
    await Task.yield()
  }
  return true
}
