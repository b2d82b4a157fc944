import Synchronization

extension InProcessTransport {
  public func register(_ registration: WorkerRegistration) async throws(TransportError) -> RegistrationReply {
    var message = registration
    message.workerID = workerID
    message.timestamp = message.timestamp ?? parentTime()
    message.security = try signed(message, message.security)
    guard case .registered(let reply) = try await call(.register(message), body: message.rawJSON()) else {
      throw violation("a registration")
    }
    state.withLock { $0.isRegistered = true }
    if let token = reply.token { adopt(token) }
    return reply
  }

  public func pollTask(
    wait: Duration, availableSkills: [String]?, hotSkills: [String]?, lease: String?
  ) async throws(TransportError) -> PolledTask? {
    let poll = TaskPoll(
      workerID: workerID, wait: wait, availableSkills: availableSkills, hotSkills: hotSkills,
      lease: parentFeatures.features.contains(.lease) ? lease : nil)
    switch try await call(.poll(poll), wait: wait) {
    case .noTask: return nil
    case .task(let json):
      do throws(ModelError) {
        return try PolledTask(arrived: json)
      } catch {
        throw TransportError(.protocolViolation, "the parent's task: \(error)")
      }
    default: throw violation("a poll")
    }
  }

  public func confirmReceipt(of tasks: [TaskReceipt]) {
    guard parentFeatures.features.contains(.lease), !state.withLock({ $0.isClosed }) else { return }
    listener.receive(.receipts(tasks), credentials: credentials(), body: nil, PendingCall())
  }

  public func sendResult(_ result: TaskResult) async throws(TransportError) -> ResultReply {
    var message = result
    message.workerID = workerID
    message.timestamp = message.timestamp ?? parentTime()
    message.security = try signed(message, message.security)
    guard case .result(let reply) = try await call(.result(message), body: message.rawJSON()) else {
      throw violation("a result")
    }
    return reply
  }

  public func sendHeartbeat(_ heartbeat: Heartbeat?) async throws(TransportError) -> HeartbeatReply {
    var message = heartbeat
    message?.workerID = workerID
    if var stamped = message {
      stamped.timestamp = stamped.timestamp ?? parentTime()
      stamped.security = try signed(stamped, stamped.security)
      message = stamped
    }
    let answer = try await call(.heartbeat(workerID: workerID, message), body: message?.rawJSON())
    guard case .heartbeat(let reply) = answer else { throw violation("a heartbeat") }
    return reply
  }

  public func emitEvent(_ event: WorkerEventPayload) async throws(TransportError) {
    let message = try stamped(event)
    guard case .eventAccepted = try await call(.event(message), body: message.rawJSON()) else {
      throw violation("an event")
    }
  }

  public func emitEventUnanswered(_ event: WorkerEventPayload) async -> Bool {
    guard let channel = state.withLock({ $0.channel }), let handler = listener.runningHandler,
      let message = try? stamped(event)
    else { return false }
    handler.receiveUnanswered(message, body: message.rawJSON(), from: channel)
    return true
  }

  /// Opening a second command channel closes the first.
  public func listenForCommands() async throws(TransportError) -> AsyncThrowingStream<WorkerCommand, any Error> {
    guard !state.withLock({ $0.isClosed }) else { throw Self.closed }
    let channel = try await listener.openChannel(credentials())
    let (former, isClosed) = state.withLock { state in
      defer { if !state.isClosed { state.channel = channel } }
      return (state.channel, state.isClosed)
    }
    former?.close()
    channel.onClosed { [weak self] channel in self?.forget(channel) }
    guard !isClosed else {
      channel.close(Self.closed)
      throw Self.closed
    }
    return channel.commands
  }

  private func forget(_ channel: InProcessCommandChannel) {
    state.withLock { state in
      if state.channel === channel { state.channel = nil }
    }
  }

  private func stamped(_ event: WorkerEventPayload) throws(TransportError) -> WorkerEventPayload {
    var message = event
    message.workerID = workerID
    message.timestamp = message.timestamp ?? parentTime()
    message.security = try signed(message, message.security, ignoring: ["bubbling_chain"])
    return message
  }

  /// The security context of a message that leaves, over the rest of it.
  private func signed(
    _ message: some RXONModel, _ security: SecurityContext?, ignoring: [String] = []
  ) throws(TransportError) -> SecurityContext? {
    guard let sign else { return security }
    var security = security ?? SecurityContext()
    security.signerID = workerID
    security.signature = try sign(message.rawJSON(), ignoring)
    return security
  }
}
