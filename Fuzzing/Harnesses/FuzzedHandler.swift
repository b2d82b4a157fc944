import RXON

/// Answers every call with something that fits it. Confined to one thread.
final class FuzzedHandler: ListenerHandler, @unchecked Sendable {
  // Unchecked: a harness has one thread.
  private let answersAtOnce: Bool
  private let refuses: Bool
  private var calls: [ListenerCall] = []
  private(set) var openChannels = 0
  private(set) var longestBody = 0
  private(set) var answered = 0
  private(set) var told = 0

  init(answersAtOnce: Bool, refuses: Bool) {
    self.answersAtOnce = answersAtOnce
    self.refuses = refuses
  }

  var waiting: Int { calls.count }

  func receive(_ call: ListenerCall) {
    longestBody = max(longestBody, call.body?.count ?? 0)
    // Nobody waits for the answer to receipts, nor goes away before it.
    if answersAtOnce || call.action.isReceipts {
      answer(call)
    } else {
      calls.append(call)
      call.onAbandoned { [self] in calls.removeAll { $0 === call } }
    }
  }

  /// - Returns: whether there was a call.
  func answerOldest() -> Bool {
    guard !calls.isEmpty else { return false }
    answer(calls.removeFirst())
    return true
  }

  private func answer(_ call: ListenerCall) {
    answered += 1
    call.answer(refuses ? .failure(CallFailure(status: 401, "no")) : reply(to: call.action)) { [self] _ in told += 1 }
  }

  private func reply(to action: ListenerAction) -> ListenerAnswer {
    switch action {
    case .register: .registered(RegistrationReply())
    case .poll(let poll): poll.wait == .zero ? .noTask : .task(.emptyObject)
    case .result: .result(.ignored(reason: "\"late\""))
    case .heartbeat(let workerID, _): .heartbeat(HeartbeatReply(cancelTaskIDs: [workerID]))
    case .event, .receipts: .eventAccepted
    case .issueToken: .token(TokenResponse(accessToken: "t", expiresIn: 60, workerID: "w"))
    case .refreshToken(let token): .token(TokenResponse(accessToken: token, expiresIn: 60, workerID: "w"))
    }
  }

  func admitCommandChannel(_ credentials: Credentials, completion: @escaping @Sendable (CallFailure?) -> Void) {
    completion(refuses ? CallFailure(status: 403, "no") : nil)
  }

  func commandChannelOpened(_ channel: any CommandChannel) {
    openChannels += 1
    channel.send(WorkerCommand(command: "hello"))
  }

  func commandChannelClosed(_ channel: any CommandChannel) {
    openChannels -= 1
  }

  func receiveUnanswered(_ event: WorkerEventPayload, body: RawJSON, from channel: any CommandChannel) {
    longestBody = max(longestBody, body.count)
    if event.eventType == "close" { channel.close() }
  }
}

extension ListenerAction {
  fileprivate var isReceipts: Bool {
    if case .receipts = self { return true }
    return false
  }
}
