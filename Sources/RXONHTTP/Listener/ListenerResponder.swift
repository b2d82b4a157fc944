import NIOHTTP1
import RXON

/// Turns requests into calls for a ``ListenerHandler``, and its answers into responses.
struct ListenerResponder: HTTPResponder {
  let handler: any ListenerHandler
  let limits: HTTPListenerLimits
  /// By their paths, which begin with `/_holon/`.
  let extensions: [String: any HTTPResponder]
  let malformedEvent: (@Sendable (_ workerID: String, _ problem: String) -> Void)?

  func respond(to request: HTTPRequest, _ exchange: HTTPExchange) {
    if request.path.hasPrefix("/_holon/"), let responder = extensions[String(request.path)] {
      responder.respond(to: request, exchange)
      return
    }
    do {
      let route = try ListenerRoute(method: request.method, path: request.path)
      let credentials = try credentials(of: request, route: route)
      if case .commands = route {
        openCommandChannel(request, exchange, credentials: credentials)
      } else {
        try receive(request, exchange, route: route, credentials: credentials)
      }
    } catch let failure as ListenerRoute.Failure {
      exchange.answer(ListenerAnswerEncoder.response(to: failure))
    } catch let failure as CallFailure {
      exchange.answer(ListenerAnswerEncoder.response(for: failure))
    } catch {
      exchange.answer(.error(.internalServerError, "the call could not be taken"))
    }
  }

  // MARK: - Calls

  private func receive(
    _ request: HTTPRequest, _ exchange: HTTPExchange, route: ListenerRoute, credentials: Credentials
  ) throws {
    let (action, body) = try decode(request, route: route)
    let isHolon = credentials.isHolon
    handler.receive(
      ListenerCall(
        action: action, credentials: credentials, body: body,
        respond: { answer, written in
          exchange.answer(ListenerAnswerEncoder.response(answer, isHolon: isHolon), written: written)
        },
        watchAbandonment: { exchange.onAbandoned($0) }, attribute: { exchange.attribute(to: $0) }))
  }

  private func decode(
    _ request: HTTPRequest, route: ListenerRoute
  ) throws(CallFailure) -> (ListenerAction, RawJSON?) {
    switch route {
    case .poll(let workerID):
      let query = try PollQuery(request.query)
      let poll = TaskPoll(
        workerID: workerID, wait: query.wait, availableSkills: query.availableSkills, hotSkills: query.hotSkills)
      return (.poll(poll), nil)
    case .issueToken, .commands:
      return (.issueToken, nil)
    case .heartbeat(let workerID) where request.body.isEmpty:
      return (.heartbeat(workerID: workerID, nil), nil)
    case .heartbeat(let workerID):
      let body = try json(request.body)
      return (.heartbeat(workerID: workerID, try model(body)), body)
    case .register:
      let body = try json(request.body)
      return (.register(try model(body)), body)
    case .result:
      let body = try json(request.body)
      return (.result(try model(body)), body)
    case .event:
      let body = try json(request.body)
      return (.event(try model(body)), body)
    case .refreshToken:
      let body = try json(request.body)
      guard let token = body["refresh_token"]?.stringValue else {
        throw CallFailure(status: 400, "'refresh_token' must be a string")
      }
      return (.refreshToken(refreshToken: token), body)
    }
  }

  private func json(_ bytes: [UInt8]) throws(CallFailure) -> RawJSON {
    do throws(JSONError) {
      return try RawJSON(validating: bytes, limits: JSONLimits(maximumBytes: limits.bodySize))
    } catch {
      throw CallFailure(status: 400, "invalid JSON: \(error)")
    }
  }

  private func model<Model: RXONModel>(_ json: RawJSON) throws(CallFailure) -> Model {
    do throws(ModelError) {
      return try Model(json: json)
    } catch {
      throw CallFailure(status: 400, "invalid payload: \(error)")
    }
  }

  // MARK: - Credentials

  private func credentials(of request: HTTPRequest, route: ListenerRoute) throws(CallFailure) -> Credentials {
    let pathID: String? =
      switch route {
      case .poll(let id), .heartbeat(let id): id
      case .commands(let id): id
      case .register, .result, .event, .issueToken, .refreshToken: nil
      }
    let workerID = pathID ?? request.headers.first(name: RXONProtocol.Header.workerID)
    if let workerID, !Identifier.isStrictlyValid(workerID) {
      throw CallFailure(status: 400, "the worker id is not a valid identifier")
    }
    return Credentials(
      token: request.headers.first(name: RXONProtocol.Header.workerToken), workerID: workerID,
      certificate: request.certificate, remoteAddress: request.remoteAddress,
      protocolVersion: request.headers.first(name: RXONProtocol.Header.version),
      isHolon: request.headers.first(name: RXONProtocol.Header.holon) == "1")
  }

  // MARK: - Command channel

  private func openCommandChannel(_ request: HTTPRequest, _ exchange: HTTPExchange, credentials: Credentials) {
    guard let workerID = credentials.workerID else {
      exchange.answer(.error(.badRequest, "the worker id is missing in path and header"))
      return
    }
    guard request.isWebSocketUpgrade else {
      var response = HTTPResponse.error(.upgradeRequired, "this is a WebSocket endpoint")
      response.headers.append((name: "Upgrade", value: "websocket"))
      exchange.answer(response)
      return
    }
    handler.admitCommandChannel(credentials) { [handler, malformedEvent] refusal in
      if let refusal {
        exchange.answer(ListenerAnswerEncoder.response(for: refusal))
        return
      }
      guard exchange.attribute(to: workerID) else {
        exchange.answer(ListenerAnswerEncoder.response(for: .tooManyConnections))
        return
      }
      exchange.upgrade(request) { socket in
        let channel = CommandSocket(
          socket: socket, credentials: credentials, workerID: workerID, handler: handler,
          malformedEvent: malformedEvent)
        handler.commandChannelOpened(channel)
        return channel
      }
    }
  }
}
