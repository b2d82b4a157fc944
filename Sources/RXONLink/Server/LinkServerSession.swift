import NIOCore
import RXON
import RXONLZ4
import RXONWire

/// The upper end of one link: turns its frames into calls of a ``ListenerHandler``, and answers into frames.
///
/// Confined to the pipe's event loop; answers may come from any thread.
package final class LinkServerSession: LinkEnd, @unchecked Sendable {
  // Unchecked: everything mutable is confined to the event loop.
  private let pipe: any LinkPipe
  /// Of who opened the link.
  package let credentials: Credentials
  let handler: any ListenerHandler
  private let limits: LinkLimits
  private let sessions: LinkSessions
  private let malformedEvent: (@Sendable (_ workerID: String, _ problem: String) -> Void)?
  let sender: LinkSender
  let coder: BodyCoder
  private let decoder: CallDecoder
  private var assembly: BodyAssembly<LinkFrame.Content>

  private var calls: [UInt64: LinkServerCall] = [:]
  private var channels: [UInt64: LinkCommandChannel] = [:]
  private var polls = 0
  /// Command channels that are being opened.
  private var openings: Set<UInt64> = []
  private var declaredSkills = DeclaredSkills()
  private var isDraining = false
  private var isOver = false
  /// What the worker that opened the link presented last: its token may have been renewed since.
  private var latestToken: String?
  private var lastSignOfLife = NIODeadline.uptimeNanoseconds(0)
  private var stallTimer: RepeatedTask?

  /// - Parameters:
  ///   - credentials: of who opened the link, which the handler has admitted.
  ///   - sessions: where a newer link of the same worker finds this one, to replace it.
  ///   - compression: nil where one side does not compress.
  package init(
    pipe: any LinkPipe, credentials: Credentials, handler: any ListenerHandler, limits: LinkLimits,
    sessions: LinkSessions, compression: BodyCompression?,
    malformedEvent: (@Sendable (_ workerID: String, _ problem: String) -> Void)? = nil
  ) {
    self.pipe = pipe
    self.credentials = credentials
    self.handler = handler
    self.limits = limits
    self.sessions = sessions
    self.malformedEvent = malformedEvent
    sender = LinkSender(pipe)
    coder = BodyCoder(compression: compression, limit: limits.bodySize)
    decoder = CallDecoder(bodySize: limits.bodySize)
    assembly = BodyAssembly(limit: limits.bodySize)
  }

  /// To be called when the pipe is open, before anything arrives on it.
  package func start() {
    sessions.add(self)
    var features = credentials.features.intersection(limits.features)
    if coder.compression == nil { features.remove(.lz4) }
    sender.send(
      LinkFrame(
        .welcome(
          LinkWelcome(
            features: features.header, calls: UInt32(limits.calls), polls: UInt32(limits.polls),
            bodySize: UInt64(limits.bodySize), time: UInt64(WallClock.unixSeconds())))))
    let looks = max(1, Int(limits.bodyTimeout.nanoseconds / TimeAmount.seconds(5).nanoseconds))
    stallTimer = pipe.eventLoop.scheduleRepeatedTask(
      initialDelay: .seconds(5), delay: .seconds(5)
    ) { [weak self] _ in
      guard let self, assembly.hasStalled(after: looks) else { return }
      close(.stalled)
    }
  }

  // MARK: Frames

  package func received(_ frame: LinkFrame) {
    guard !isOver else { return }
    switch frame.content {
    case .begin(let call): begin(frame, call)
    case .message(let body): take(assembly.begin(frame.call, frame.content, body), frame.call)
    case .chunk(let data): take(assembly.add(frame.call, data), frame.call)
    case .cancel: cancel(frame.call)
    case .receipts(let receipts): take(receipts)
    case .welcome, .answer: close(.violation("a frame that a child does not send"))
    }
  }

  private func begin(_ frame: LinkFrame, _ call: LinkCall) {
    guard frame.call > 0, calls[frame.call] == nil, channels[frame.call] == nil, !openings.contains(frame.call) else {
      return close(.violation("a number of a call that is under way"))
    }
    let hasRoom =
      switch call.action {
      case .poll: polls < limits.polls + LinkLimits.overtaking
      case .commands: channels.count + openings.count < limits.channels
      default: calls.count - polls < limits.calls + LinkLimits.overtaking
      }
    guard hasRoom else { return close(.violation("more calls at once than agreed on")) }
    take(assembly.begin(frame.call, frame.content, call.body ?? LinkBody([])), frame.call)
  }

  private func take(_ outcome: BodyAssembly<LinkFrame.Content>.Outcome, _ number: UInt64) {
    switch outcome {
    case .incomplete: break
    case .violation(let problem): close(.violation(problem))
    case .tooLarge: refuse(number, tooLarge: "the body is larger than the limit of \(limits.bodySize) bytes")
    case .complete(let content, let body):
      do throws(BodyCoder.Failure) {
        deliver(content, try coder.decode(body), number)
      } catch {
        refuse(number, tooLarge: error.description)
      }
    }
  }

  /// Events are not answered: an answer on their channel would end it.
  private func refuse(_ number: UInt64, tooLarge problem: String) {
    if let channel = channels[number] {
      malformedEvent?(channel.workerID, problem)
    } else {
      answer(number, WireAnswer(refusing: CallFailure(status: 413, problem, code: .limitExceeded)))
    }
  }

  private func deliver(_ content: LinkFrame.Content, _ body: [UInt8], _ number: UInt64) {
    switch content {
    case .begin(let call): receive(call, body, number)
    case .message: channels[number].map { receive(event: body, on: $0) }
    default: break
    }
  }

  private func cancel(_ number: UInt64) {
    defer { closeIfDrained() }
    assembly.drop(number)
    sender.drop(number)
    openings.remove(number)
    if let channel = channels.removeValue(forKey: number) { return channel.ended() }
    guard let call = calls[number] else { return }
    forget(call)
    call.abandon()
  }

  // MARK: Calls

  private func receive(_ call: LinkCall, _ body: [UInt8], _ number: UInt64) {
    let caller: Credentials
    do throws(CallFailure) {
      caller = try self.caller(call.workerID, call.token)
      if call.action == .commands { return openChannel(number, caller) }
      let (action, json) = try decode(call, body, of: caller)
      guard !isDraining else {
        throw CallFailure(status: 503, "Service is stopping", retryAfter: .seconds(1))
      }
      hand(action, json, caller, number, isPoll: call.action == .poll)
    } catch {
      answer(number, WireAnswer(refusing: error))
    }
  }

  private func hand(_ action: ListenerAction, _ body: RawJSON?, _ caller: Credentials, _ number: UInt64, isPoll: Bool) {
    let call = LinkServerCall(number: number, session: self, eventLoop: pipe.eventLoop, isPoll: isPoll)
    calls[number] = call
    if isPoll { polls += 1 }
    let isHolon = caller.isHolon
    handler.receive(
      ListenerCall(
        action: action, credentials: caller, body: body,
        respond: { answer, written in call.answer(WireAnswer(answer, isHolon: isHolon), written) },
        watchAbandonment: { call.onAbandoned($0) }))
  }

  private func caller(_ workerID: String, _ token: String) throws(CallFailure) -> Credentials {
    var caller = credentials
    if !workerID.isEmpty {
      guard Identifier.isStrictlyValid(workerID) else {
        throw CallFailure(status: 400, "the worker id is not a valid identifier")
      }
      caller.workerID = workerID
    }
    if !token.isEmpty { caller.token = token }
    if caller.workerID == credentials.workerID { latestToken = caller.token }
    return caller
  }

  private func decode(
    _ call: LinkCall, _ body: [UInt8], of caller: Credentials
  ) throws(CallFailure) -> (ListenerAction, RawJSON?) {
    let workerID = caller.workerID ?? ""
    switch call.action {
    case .register: return try decoder.registration(body)
    case .poll: return (.poll(try poll(call.poll ?? LinkPoll(), of: workerID)), nil)
    case .result: return try decoder.result(body)
    case .heartbeat: return try decoder.heartbeat(body, of: workerID)
    case .event: return try decoder.event(body)
    case .issueToken, .commands: return (.issueToken, nil)
    case .refreshToken: return try decoder.refreshToken(body)
    }
  }

  private func poll(_ poll: LinkPoll, of workerID: String) throws(CallFailure) -> TaskPoll {
    guard poll.lease.isEmpty || Identifier.isStrictlyValid(poll.lease) else {
      throw CallFailure(status: 400, "the lease must be 1 to 128 letters, digits, '-' and '_'")
    }
    let declared = try declaredSkills.declared(by: poll, of: workerID)
    return TaskPoll(
      workerID: workerID, wait: .milliseconds(Int64(poll.waitMilliseconds)),
      availableSkills: declared.availableSkills, hotSkills: declared.hotSkills,
      lease: poll.lease.isEmpty ? nil : poll.lease)
  }

  private func take(_ receipts: LinkReceipts) {
    guard let caller = try? caller(receipts.workerID, receipts.token), receipts.tasks.count <= 4096 else {
      return close(.violation("receipts of nobody, or too many at once"))
    }
    handler.receive(unanswered(.receipts(receipts.tasks), of: caller))
  }

  /// Something that happened rather than was asked: whatever the answer, nobody hears it.
  private func unanswered(_ action: ListenerAction, of caller: Credentials) -> ListenerCall {
    ListenerCall(
      action: action, credentials: caller, body: nil, respond: { _, written in written?(true) },
      watchAbandonment: { _ in })
  }

  /// A link that lives is as good as a keep-alive of who opened it.
  package func sawSignOfLife() {
    guard !isOver, let workerID = credentials.workerID, .now() - lastSignOfLife > .seconds(5) else { return }
    lastSignOfLife = .now()
    var caller = credentials
    caller.token = latestToken ?? caller.token
    handler.receive(unanswered(.heartbeat(workerID: workerID, nil), of: caller))
  }

  // MARK: Answers

  func answer(_ call: LinkServerCall, _ answer: WireAnswer, _ written: OutboundFrames.Written?) {
    guard calls[call.number] === call else {
      written?(false)
      return
    }
    forget(call)
    self.answer(call.number, answer, written)
    closeIfDrained()
  }

  private func forget(_ call: LinkServerCall) {
    calls[call.number] = nil
    if call.isPoll { polls -= 1 }
  }

  private func answer(_ number: UInt64, _ answer: WireAnswer, _ written: OutboundFrames.Written? = nil) {
    var frame = LinkAnswer(status: UInt32(answer.status), time: UInt64(WallClock.unixSeconds()))
    if !answer.body.isEmpty { frame.body = coder.encode(answer.body) }
    if let pause = answer.retryAfter { frame.retryAfterMilliseconds = UInt64(max(0, pause / .milliseconds(1))) }
    sender.send(LinkFrame(call: number, .answer(frame)), written: written)
  }

  // MARK: Command channels

  private func openChannel(_ number: UInt64, _ caller: Credentials) {
    openings.insert(number)
    handler.admitCommandChannel(caller) { [self] refusal in
      onEventLoop { session in
        guard session.openings.remove(number) != nil else { return }
        if let refusal { return session.answer(number, WireAnswer(refusing: refusal)) }
        session.answer(number, WireAnswer(status: 200))
        guard !session.isOver else { return }
        let channel = LinkCommandChannel(number: number, credentials: caller, session: session)
        session.channels[number] = channel
        session.handler.commandChannelOpened(channel)
      }
    }
  }

  private func receive(event body: [UInt8], on channel: LinkCommandChannel) {
    do {
      let json = try RawJSON(validating: body)
      handler.receiveUnanswered(try WorkerEventPayload(json: json), body: json, from: channel)
    } catch {
      malformedEvent?(channel.workerID, "\(error)")
    }
  }

  func close(_ channel: LinkCommandChannel) {
    guard channels.removeValue(forKey: channel.number) != nil else { return }
    answer(channel.number, WireAnswer(status: 204))
    channel.ended()
  }

  // MARK: Ending

  package func becameWritable() {
    sender.pump()
    closeIfDrained()
  }

  func close(_ closure: LinkClosure) {
    guard !isOver else { return }
    pipe.close(closure)
  }

  /// Takes no more calls, lets those that are being answered end, and closes.
  package func drain() -> Bool {
    isDraining = true
    closeIfDrained()
    return true
  }

  private func closeIfDrained() {
    guard isDraining, calls.isEmpty, sender.isIdle, !isOver else { return }
    close(.finished)
  }

  package func pipeClosed() {
    guard !isOver else { return }
    isOver = true
    stallTimer?.cancel()
    sessions.remove(self)
    sender.end()
    let (calls, channels) = (calls.values, channels.values)
    self.calls = [:]
    self.channels = [:]
    openings = []
    for call in calls { call.abandon() }
    for channel in channels { channel.ended() }
  }

  func onEventLoop(_ action: @escaping @Sendable (LinkServerSession) -> Void) {
    if pipe.eventLoop.inEventLoop {
      action(self)
    } else {
      pipe.eventLoop.execute { action(self) }
    }
  }
}
