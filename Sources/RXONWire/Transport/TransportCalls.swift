import RXON
import RXONSignatures
import Synchronization

/// The calls of one worker to its parent, whatever wire carries them: signs and encodes what is said, reads what is
/// answered, and keeps the tokens that the parent issues (protocol §1, §3).
///
/// The methods may be called from anywhere; called from an actor on the wire's event loop they change no thread.
public final class TransportCalls: Sendable {
  /// What differs from worker to worker.
  package struct Options: Sendable {
    /// Signs messages in place of the token; the parent must know the key that belongs to it.
    package var signer: (any Signer)?
    /// Bytes of an answer.
    package var answerSize = 64 << 20
    /// Commands that may wait to be taken from the stream; the channel is given up beyond.
    package var waitingCommands = 1024
    /// Told of commands that cannot be read; they are left out.
    package var malformedCommand: (@Sendable (_ problem: String) -> Void)?

    package init() {}
  }

  let workerID: String
  package let clock: ParentClock
  package let tokens: AccessTokens
  let wire: any Wire
  let options: Options
  let commands = CommandSubscriptions()
  private let signer: MessageSigner
  private let decoder: ReplyDecoder
  private let parent = Mutex(ParentFeatures())
  /// Whether closing ends the wire too: not where other workers share it.
  private let ownsWire: Bool

  /// - Throws: ``TransportError`` of kind `unsendable` when the id or the token cannot be used.
  package init(
    workerID: String, token: String, wire: any Wire, clock: ParentClock, ownsWire: Bool = true,
    options: Options = Options()
  ) throws(TransportError) {
    guard Identifier.isStrictlyValid(workerID) else {
      throw TransportError(.unsendable, "'\(workerID)' is not a valid worker id")
    }
    guard AccessTokens.isSendable(token) else {
      throw TransportError(.unsendable, "the token must not hold spaces and control characters")
    }
    self.workerID = workerID
    self.wire = wire
    self.clock = clock
    self.ownsWire = ownsWire
    self.options = options
    tokens = AccessTokens(configured: token)
    signer = MessageSigner(workerID: workerID, clock: clock)
    decoder = ReplyDecoder(answerSize: options.answerSize)
  }

  var parentFeatures: ParentFeatures { parent.withLock { $0 } }

  func close() async {
    commands.close()
    if ownsWire {
      await wire.close()
    } else {
      await wire.leave(workerID)
    }
  }

  // MARK: - Calls

  func register(_ registration: WorkerRegistration) async throws(TransportError) -> RegistrationReply {
    let token = tokens.current
    let answer = try await send(.register, try signer.encode(registration, with: signing(for: token)), token)
    let reply = try decoder.registration(answer.body)
    parent.withLock { $0 = answer.parent }
    if let token = reply.token {
      try tokens.adopt(token)
    }
    return reply
  }

  func pollTask(_ terms: PollTerms) async throws(TransportError) -> PolledTask? {
    var terms = terms
    if !parentFeatures.features.contains(.lease) { terms.lease = nil }
    return try decoder.task(try await send(.poll(terms)).body)
  }

  func sendResult(_ result: TaskResult) async throws(TransportError) -> ResultReply {
    let token = tokens.current
    let answer = try await send(.result, try signer.encode(result, with: signing(for: token)), token)
    return try decoder.result(answer.body)
  }

  func sendHeartbeat(_ heartbeat: Heartbeat?) async throws(TransportError) -> HeartbeatReply {
    let token = tokens.current
    let body = try heartbeat.map { heartbeat throws(TransportError) in
      try signer.encode(heartbeat, with: signing(for: token))
    }
    return try decoder.heartbeat(try await send(.heartbeat, body ?? [], token).body)
  }

  func emitEvent(_ event: WorkerEventPayload) async throws(TransportError) {
    let token = tokens.current
    _ = try await send(.event, try signer.encode(event, with: signing(for: token)), token)
  }

  func confirmReceipt(of tasks: [TaskReceipt]) {
    guard parentFeatures.features.contains(.lease), !commands.isClosed else { return }
    wire.confirm(tasks, of: workerID, token: tokens.current.text)
  }

  private func send(
    _ action: WireCall.Action, _ body: [UInt8] = [], _ token: PresentedToken? = nil
  ) async throws(TransportError) -> WireReply {
    guard !commands.isClosed else { throw .transportClosed }
    let token = token ?? tokens.current
    return try await wire.send(WireCall(action, workerID: workerID, token: token.text, body: body))
  }

  // MARK: - Tokens

  func refreshToken() async throws(TransportError) -> TokenResponse {
    if let refreshToken = tokens.refreshToken, let token = try await refresh(with: refreshToken) {
      return token
    }
    return try adopt(try await send(.issueToken, [], tokens.configured))
  }

  /// - Returns: nil when the parent does not take the refresh token any more.
  private func refresh(with refreshToken: String) async throws(TransportError) -> TokenResponse? {
    var writer = JSONWriter(capacity: 128)
    writer.beginObject()
    writer.member("refresh_token", refreshToken)
    writer.endObject()
    do throws(TransportError) {
      return try adopt(try await send(.refreshToken, writer.bytes))
    } catch {
      switch error.kind {
      case .unauthorized, .forbidden, .notFound, .rejected, .duplicate:
        tokens.forget()
        return nil
      default: throw error
      }
    }
  }

  private func adopt(_ answer: WireReply) throws(TransportError) -> TokenResponse {
    let token = try decoder.token(answer.body)
    try tokens.adopt(token)
    return token
  }

  /// What a call that presents `token` signs with. A plain parent knows the configured token alone. A Holon checks with
  /// the token that is presented too, and may know the configured one by its digest only (protocol §7).
  private func signing(for token: PresentedToken) -> any Signer {
    options.signer ?? (parentFeatures.isHolon ? token.secret : tokens.configured.secret)
  }

  // MARK: - Commands

  func listenForCommands() async throws(TransportError) -> AsyncThrowingStream<WorkerCommand, any Error> {
    guard !commands.isClosed else { throw .transportClosed }
    let (stream, continuation) = AsyncThrowingStream<WorkerCommand, any Error>.makeStream(
      bufferingPolicy: .bufferingOldest(options.waitingCommands))
    let token = tokens.current
    let pipe = try await wire.openCommands(of: workerID, token: token.text) { [commands, options] pipe in
      let subscription = CommandSubscription(
        pipe: pipe, token: token, continuation: continuation, subscriptions: commands,
        malformedCommand: options.malformedCommand)
      return commands.add(subscription) ? subscription : nil
    }
    continuation.onTermination = { _ in pipe.close() }
    return stream
  }

  func emitEventUnanswered(_ event: WorkerEventPayload) async -> Bool {
    guard let channel = commands.current, let body = try? signer.encode(event, with: signing(for: channel.token)) else {
      return false
    }
    return await channel.pipe.send(event: body)
  }
}

extension TransportError {
  package static var transportClosed: TransportError {
    TransportError(.closed, "this transport was closed")
  }
}
