import RXON
import Synchronization

/// A handler whose answers a test decides, and which remembers what it saw.
final class StubParent: ListenerHandler {
  typealias Answering = @Sendable (ListenerCall) -> Void
  typealias Admitting = @Sendable (Credentials) -> CallFailure?

  struct Seen: Sendable {
    var calls: [ListenerCall] = []
    var abandonedPolls = 0
    var openChannels: [any CommandChannel] = []
    var closedChannels = 0
    var events: [WorkerEventPayload] = []
  }

  private struct State {
    var answer: Answering
    var admit: Admitting = { _ in nil }
    var seen = Seen()
  }

  private let state: Mutex<State>

  init(answer: @escaping Answering = StubParent.acceptEverything) {
    state = Mutex(State(answer: answer))
  }

  var seen: Seen { state.withLock { $0.seen } }
  var calls: [ListenerCall] { seen.calls }
  /// Without bare heartbeats, which a link's own pings count as, whenever they come.
  var substantialCalls: [ListenerCall] {
    calls.filter { if case .heartbeat(_, nil) = $0.action { false } else { true } }
  }
  var pollCount: Int { calls.count { if case .poll = $0.action { true } else { false } } }

  func answer(_ answer: @escaping Answering) {
    state.withLock { $0.answer = answer }
  }

  func admit(_ admit: @escaping Admitting) {
    state.withLock { $0.admit = admit }
  }

  /// What a parent without work says.
  static let acceptEverything: Answering = { call in
    switch call.action {
    case .register: call.answer(.registered(RegistrationReply()))
    case .poll: call.answer(.noTask)
    case .result: call.answer(.result(.accepted))
    case .heartbeat: call.answer(.heartbeat(HeartbeatReply()))
    case .event, .receipts: call.answer(.eventAccepted)
    case .issueToken, .refreshToken:
      let token = TokenResponse(accessToken: "access", expiresIn: 3600, workerID: "w1", refreshToken: "refresh")
      call.answer(.token(token))
    }
  }

  /// One whose polls stay open.
  static var withoutTasks: StubParent {
    StubParent { call in
      if case .poll = call.action { return }
      acceptEverything(call)
    }
  }

  // MARK: - ListenerHandler

  func receive(_ call: ListenerCall) {
    let answer = state.withLock { state in
      state.seen.calls.append(call)
      return state.answer
    }
    if case .poll = call.action {
      call.onAbandoned { [self] in state.withLock { $0.seen.abandonedPolls += 1 } }
    }
    answer(call)
  }

  func admitCommandChannel(_ credentials: Credentials, completion: @escaping @Sendable (CallFailure?) -> Void) {
    completion(state.withLock { $0.admit }(credentials))
  }

  func commandChannelOpened(_ channel: any CommandChannel) {
    state.withLock { $0.seen.openChannels.append(channel) }
  }

  func commandChannelClosed(_ channel: any CommandChannel) {
    state.withLock { state in
      state.seen.openChannels.removeAll { $0 === channel }
      state.seen.closedChannels += 1
    }
  }

  func receiveUnanswered(_ event: WorkerEventPayload, body: RawJSON, from channel: any CommandChannel) {
    state.withLock { $0.seen.events.append(event) }
  }
}
