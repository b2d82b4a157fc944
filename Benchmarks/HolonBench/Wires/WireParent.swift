import DequeModule
import RXON
import Synchronization

/// The upper end of a wire under measurement: hands out prepared tasks and notes when each result comes back. It decides
/// nothing and stores nothing, so that the wire is what costs.
final class WireParent: ListenerHandler {
  private struct State {
    var left = 0
    var nextTask = 0
    var parked: Deque<ListenerCall> = []
    var sentAt: [String: ContinuousClock.Instant] = [:]
    var roundTrips: [Duration] = []
    var started: ContinuousClock.Instant?
    var ended: ContinuousClock.Instant?
  }

  private let state = Mutex(State())
  private let payloads: [RawJSON]

  init(payloads: [RawJSON]) {
    self.payloads = payloads
  }
  // MARK: The experiment

  /// Makes `count` more tasks available at once.
  func release(_ count: Int) {
    state.withLock { $0.left += count }
    while let call = takeParked() { hand(to: call) }
  }

  func reset() {
    state.withLock { state in
      state.roundTrips = []
      state.sentAt = [:]
      state.started = nil
      state.ended = nil
    }
  }

  var results: Int { state.withLock { $0.roundTrips.count } }
  var parkedPolls: Int { state.withLock { $0.parked.count } }
  var roundTrips: [Duration] { state.withLock { $0.roundTrips } }
  var elapsed: Duration? {
    state.withLock { state in
      guard let started = state.started, let ended = state.ended else { return nil }
      return ended - started
    }
  }

  private func takeParked() -> ListenerCall? {
    state.withLock { state in
      guard state.left > 0, let call = state.parked.popFirst() else { return nil }
      state.left -= 1
      return call
    }
  }

  private func hand(to call: ListenerCall) {
    let (taskID, payload) = state.withLock { state in
      state.nextTask += 1
      let taskID = "t\(state.nextTask)"
      let now = ContinuousClock.now
      state.sentAt[taskID] = now
      state.started = state.started ?? now
      return (taskID, payloads[state.nextTask % payloads.count])
    }
    let task = TaskPayload(jobID: "bench", taskID: taskID, type: "echo", params: payload)
    call.answer(.task(task.rawJSON())) { [self] isWritten in
      // The poll had ended meanwhile.
      if !isWritten { takeBack(taskID) }
    }
  }

  private func takeBack(_ taskID: String) {
    state.withLock { state in
      guard state.sentAt.removeValue(forKey: taskID) != nil else { return }
      state.left += 1
    }
    while let call = takeParked() { hand(to: call) }
  }

  private func note(_ result: TaskResult) {
    let now = ContinuousClock.now
    state.withLock { state in
      guard let sent = state.sentAt.removeValue(forKey: result.taskID) else { return }
      state.roundTrips.append(now - sent)
      state.ended = now
    }
  }

  // MARK: ListenerHandler

  func receive(_ call: ListenerCall) {
    switch call.action {
    case .register: call.answer(.registered(RegistrationReply()))
    case .poll: park(call)
    case .result(let result):
      note(result)
      call.answer(.result(.accepted))
    case .heartbeat: call.answer(.heartbeat(HeartbeatReply()))
    case .event, .receipts: call.answer(.eventAccepted)
    case .issueToken, .refreshToken: call.fail(404, "not part of the benchmark")
    }
  }

  private func park(_ call: ListenerCall) {
    call.onAbandoned { [self] in state.withLock { $0.parked.removeAll { $0 === call } } }
    state.withLock { $0.parked.append(call) }
    if let ready = takeParked() { hand(to: ready) }
  }

  func admitCommandChannel(_ credentials: Credentials, completion: @escaping @Sendable (CallFailure?) -> Void) {
    completion(nil)
  }

  func commandChannelOpened(_ channel: any CommandChannel) {}
  func commandChannelClosed(_ channel: any CommandChannel) {}
  func receiveUnanswered(_ event: WorkerEventPayload, body: RawJSON, from channel: any CommandChannel) {}
}
