import NIOCore
import RXON
import RXONLZ4
import RXONWire

/// The lower end of one open link. Confined to its event loop.
final class LinkClientSession: LinkEnd, @unchecked Sendable {
  // Unchecked: everything is confined to the event loop.
  private let pipe: any LinkPipe
  private let opening: LinkOpening
  private let options: LinkOptions
  private let clock: ParentClock
  private weak var wire: LinkWire?
  private let sender: LinkSender
  private var coder: BodyCoder
  private var assembly: BodyAssembly<LinkFrame.Content>

  private(set) var welcome: LinkWelcome?
  private var features = HolonFeatures()
  private var lastNumber: UInt64 = 0
  private var calls: [UInt64: LinkClientCall] = [:]
  private var channels: [UInt64: LinkCommandPipe] = [:]
  private var polls = 0
  private var countedCalls = 0
  /// What the last poll of each worker named.
  private var declaredSkills: [String: DeclaredSkills] = [:]
  private(set) var isOver = false
  /// To be closed when nothing is under way.
  private var isRetiring = false
  private var stallTimer: RepeatedTask?
  private var welcomeTimer: Scheduled<Void>?

  /// Bytes that may wait to be sent before large calls wait for their turn.
  private static let greatestQueue = 16 << 20

  private struct DeclaredSkills: Equatable {
    var available: [String]?
    var hot: [String]?
  }

  init(pipe: any LinkPipe, opening: LinkOpening, options: LinkOptions, clock: ParentClock, wire: LinkWire) {
    self.pipe = pipe
    self.opening = opening
    self.options = options
    self.clock = clock
    self.wire = wire
    sender = LinkSender(pipe)
    coder = BodyCoder(compression: nil, limit: options.answerSize)
    assembly = BodyAssembly(limit: options.answerSize)
    sender.began = { [weak self] number in self?.calls[number]?.isSent = true }
    welcomeTimer = pipe.eventLoop.assumeIsolated().scheduleTask(in: options.presenceTimeout) { [weak self] in
      self?.close(.stalled)
    }
  }

  // MARK: Calls

  /// Whether anything but polls and command channels is under way.
  var isBusy: Bool { countedCalls > 0 }

  /// Whether the parent takes one more of its kind now.
  func hasRoom(for call: LinkClientCall) -> Bool {
    guard let welcome, !isOver else { return false }
    if call.isPoll { return polls < welcome.polls }
    if call.isLarge, sender.waitingBytes > Self.greatestQueue { return false }
    return !call.isCounted || countedCalls < welcome.calls
  }

  func start(_ call: LinkClientCall) {
    lastNumber += 1
    call.number = lastNumber
    call.session = self
    calls[call.number] = call
    if call.isPoll {
      polls += 1
      // The parent's time begins now.
      call.startTimer(on: pipe.eventLoop)
    }
    if call.isCounted { countedCalls += 1 }
    sender.send(LinkFrame(call: call.number, .begin(begin(call))))
  }

  private func begin(_ call: LinkClientCall) -> LinkCall {
    var begin: LinkCall
    switch call.kind {
    case .commands: begin = LinkCall(.commands)
    case .call(let wireCall):
      begin = LinkCall(LinkAction(wireCall.action))
      if !wireCall.body.isEmpty { begin.body = coder.encode(wireCall.body) }
      if case .poll(let terms) = wireCall.action {
        let poll = poll(terms, of: call.workerID)
        call.declaresSkills = !poll.hasSameSkills
        begin.poll = poll
      }
    }
    begin.workerID = call.workerID == opening.workerID ? "" : call.workerID
    begin.token = call.token == opening.token ? "" : call.token
    return begin
  }

  private func poll(_ terms: PollTerms, of workerID: String) -> LinkPoll {
    var poll = LinkPoll()
    poll.waitMilliseconds = UInt32(clamping: Int(terms.wait / .milliseconds(1)))
    poll.lease = features.contains(.lease) ? terms.lease ?? "" : ""
    let declared = DeclaredSkills(available: terms.availableSkills, hot: terms.hotSkills)
    if declaredSkills[workerID] == declared {
      poll.hasSameSkills = true
    } else {
      declaredSkills[workerID] = declared
      poll.availableSkills = terms.availableSkills
      poll.hotSkills = terms.hotSkills
    }
    return poll
  }

  func confirm(_ receipts: [TaskReceipt], of workerID: String, token: String) {
    guard features.contains(.lease), !isOver else { return }
    sender.send(
      LinkFrame(
        .receipts(
          LinkReceipts(
            workerID: workerID == opening.workerID ? "" : workerID, token: token == opening.token ? "" : token,
            tasks: receipts))))
  }

  /// The caller does not wait any more.
  func withdraw(_ call: LinkClientCall) {
    guard calls[call.number] === call else { return }
    // The parent is to know of it before the next call takes the room.
    defer { forget(call) }
    // Polls that follow say that their skills are those of this one.
    if call.declaresSkills { return cancel(call.number) }
    sender.drop(call.number)
    if call.isSent { cancel(call.number) }
  }

  /// Ends what one worker has under way.
  func leave(_ workerID: String) {
    for call in calls.values where call.workerID == workerID { call.abandon(.transportClosed) }
    declaredSkills[workerID] = nil
  }

  private func cancel(_ number: UInt64) {
    assembly.drop(number)
    sender.send(LinkFrame(call: number, .cancel))
  }

  private func forget(_ call: LinkClientCall) {
    calls[call.number] = nil
    if call.isPoll { polls -= 1 }
    if call.isCounted { countedCalls -= 1 }
    wire?.hasRoom()
    closeIfRetired()
  }

  // MARK: Frames

  func received(_ frame: LinkFrame) {
    guard !isOver else { return }
    guard welcome != nil else { return greet(frame) }
    // What was given up may still be on its way.
    let isKnown = calls[frame.call] != nil || channels[frame.call] != nil
    switch frame.content {
    case .answer where !isKnown, .message where !isKnown, .chunk where !isKnown: break
    case .answer(let answer):
      take(assembly.begin(frame.call, frame.content, answer.body ?? LinkBody([])), frame.call)
    case .message(let body):
      take(assembly.begin(frame.call, frame.content, body), frame.call)
    case .chunk(let data):
      take(assembly.add(frame.call, data), frame.call)
    case .welcome, .begin, .cancel, .receipts:
      close(.violation("a frame that the parent does not send"))
    }
  }

  private func greet(_ frame: LinkFrame) {
    guard case .welcome(let welcome) = frame.content else {
      return close(.violation("the first frame is no welcome"))
    }
    self.welcome = welcome
    welcomeTimer?.cancel()
    features = HolonFeatures(header: welcome.features).intersection(options.features)
    if features.contains(.lz4), let frames = try? LZ4Frame() {
      coder.compression = BodyCompression(frames: frames, statistics: options.statistics)
    }
    clock.observe(Int(clamping: welcome.time))
    watchForStalls()
    wire?.opened(self)
  }

  private func take(_ outcome: BodyAssembly<LinkFrame.Content>.Outcome, _ number: UInt64) {
    switch outcome {
    case .complete(let content, let body): deliver(content, body, number)
    case .incomplete: break
    case .tooLarge:
      calls[number]?.end(
        .failure(TransportError(.protocolViolation, "the answer is larger than \(options.answerSize) bytes")))
      if let call = calls[number] {
        cancel(number)
        forget(call)
      }
      channels[number]?.close()
    case .violation(let problem): close(.violation(problem))
    }
  }

  private func deliver(_ content: LinkFrame.Content, _ body: LinkBody, _ number: UInt64) {
    let bytes: [UInt8]
    do throws(BodyCoder.Failure) {
      bytes = try coder.decode(body)
    } catch {
      return close(.violation(error.description))
    }
    switch content {
    case .answer(let answer): end(number, answer, bytes)
    case .message: channels[number]?.received(bytes)
    default: break
    }
  }

  private func end(_ number: UInt64, _ answer: LinkAnswer, _ body: [UInt8]) {
    if answer.time > 0 { clock.observe(Int(clamping: answer.time)) }
    if let channel = channels.removeValue(forKey: number) { return channel.ended() }
    guard let call = calls[number] else { return }
    forget(call)
    // An answer may come before the call was sent to its end: the parent waits for no more of it.
    if sender.drop(number) { cancel(number) }
    guard (200..<300).contains(answer.status) else {
      if call.isPoll { declaredSkills[call.workerID] = nil }
      return call.end(.failure(TransportError(refusal: CallFailure(answer, body))))
    }
    if case .commands(let accept) = call.kind { return open(number, call, accept) }
    call.end(.success(reply(body)))
  }

  private func reply(_ body: [UInt8]) -> WireReply {
    WireReply(body: body, parent: ParentFeatures(isHolon: true, features: features))
  }

  // MARK: Command channels

  private func open(
    _ number: UInt64, _ call: LinkClientCall, _ accept: (any CommandPipe) -> (any CommandPipeDelegate)?
  ) {
    let channel = LinkCommandPipe(number: number, session: self, eventLoop: pipe.eventLoop)
    guard let delegate = accept(channel) else {
      cancel(number)
      return call.end(.failure(.transportClosed))
    }
    channel.delegate = delegate
    channels[number] = channel
    call.end(.success(WireReply(body: [])))
  }

  func channel(_ number: UInt64) -> LinkCommandPipe? { channels[number] }

  func send(event: [UInt8], on number: UInt64, written: @escaping OutboundFrames.Written) {
    guard channels[number] != nil, !isOver else { return written(false) }
    sender.send(LinkFrame(call: number, .message(coder.encode(event))), written: written)
  }

  func closeChannel(_ number: UInt64) {
    guard let channel = channels.removeValue(forKey: number) else { return }
    sender.drop(number)
    cancel(number)
    channel.ended()
  }

  // MARK: Ending

  /// No call comes any more. Polls end without a task, whose callers ask again over the next link; a task that crosses
  /// is not confirmed, and so comes again. When the rest is answered, the link ends.
  func retire() {
    for call in calls.values where call.isPoll { call.end(withoutAnswer: .success(reply([]))) }
    isRetiring = true
    closeIfRetired()
  }

  private func closeIfRetired() {
    guard isRetiring, !isBusy else { return }
    isRetiring = false
    close(.finished)
  }

  func becameWritable() {
    sender.pump()
    wire?.hasRoom()
  }

  func sawSignOfLife() {}

  func drain() -> Bool { false }

  private func watchForStalls() {
    stallTimer = pipe.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(5), delay: .seconds(5)) { [weak self] _ in
      guard let self, assembly.hasStalled(after: 4) else { return }
      close(.stalled)
    }
  }

  func close(_ closure: LinkClosure) {
    guard !isOver else { return }
    if case .violation(let problem) = closure { violation = problem }
    pipe.close(closure)
  }

  private var violation: String?

  func pipeClosed() {
    guard !isOver else { return }
    isOver = true
    stallTimer?.cancel()
    welcomeTimer?.cancel()
    sender.end()
    let (calls, channels) = (calls.values, channels.values)
    self.calls = [:]
    self.channels = [:]
    for call in calls { call.end(.failure(loss(of: call))) }
    for channel in channels { channel.ended() }
    wire?.closed(self)
  }

  private func loss(of call: LinkClientCall) -> TransportError {
    if wire?.isClosed == true { return .transportClosed }
    if let violation {
      return TransportError(.protocolViolation, "the parent breaks the link's protocol: \(violation)")
    }
    return call.isSent
      ? TransportError(.interrupted, "the link was lost before the answer")
      : TransportError(.unreachable, "the link was lost before the call was sent")
  }
}

extension LinkAction {
  fileprivate init(_ action: WireCall.Action) {
    switch action {
    case .register: self = .register
    case .poll: self = .poll
    case .result: self = .result
    case .heartbeat: self = .heartbeat
    case .event: self = .event
    case .issueToken: self = .issueToken
    case .refreshToken: self = .refreshToken
    }
  }
}
