import NIOHTTP1
import RXON
import RXONLink
import RXONWire

/// Turns requests into calls for a ``ListenerHandler``, and its answers into responses.
struct ListenerResponder: HTTPResponder {
  let handler: any ListenerHandler
  let decoder: CallDecoder
  /// What the handler has beyond plain RXON.
  let features: HolonFeatures
  /// By their paths, which begin with `/_holon/`.
  let extensions: [String: any HTTPResponder]
  let links: LinkSettings
  let malformedEvent: (@Sendable (_ workerID: String, _ problem: String) -> Void)?

  func respond(to request: HTTPRequest, _ exchange: HTTPExchange) {
    if request.path.hasPrefix("/_holon/"), let responder = extensions[String(request.path)] {
      responder.respond(to: request, exchange)
      return
    }
    do {
      if request.path == RXONProtocol.Path.results {
        return try receiveResults(request, exchange)
      }
      let route = try ListenerRoute(method: request.method, path: request.path)
      let credentials = try credentials(of: request, route: route)
      takeReceipts(of: request, exchange, credentials: credentials)
      switch route {
      case .commands: openCommandChannel(request, exchange, credentials: credentials)
      case .link: openLink(request, exchange, credentials: credentials)
      default: try receive(request, exchange, route: route, credentials: credentials)
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
    if case .poll(let poll) = action, credentials.features.contains(.batch) {
      let leases = try PollQuery(request.query).leases
      if !leases.isEmpty { return receive(leases, poll, exchange, credentials: credentials) }
    }
    let encoder = ListenerAnswerEncoder(credentials: credentials)
    handler.receive(
      ListenerCall(
        action: action, credentials: credentials, body: body,
        respond: { answer, written in
          exchange.answer(encoder.response(answer), written: written)
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
        workerID: workerID, wait: query.wait, availableSkills: query.availableSkills, hotSkills: query.hotSkills,
        lease: query.lease)
      return (.poll(poll), nil)
    case .issueToken, .commands, .link: return (.issueToken, nil)
    case .heartbeat(let workerID): return try decoder.heartbeat(request.body, of: workerID)
    case .register: return try decoder.registration(request.body)
    case .result: return try decoder.result(request.body)
    case .event: return try decoder.event(request.body)
    case .refreshToken: return try decoder.refreshToken(request.body)
    }
  }

  // MARK: - Credentials

  func credentials(of request: HTTPRequest, route: ListenerRoute) throws(CallFailure) -> Credentials {
    let pathID: String? =
      switch route {
      case .poll(let id), .heartbeat(let id), .link(let id): id
      case .commands(let id): id
      case .register, .result, .event, .issueToken, .refreshToken: nil
      }
    let workerID = pathID ?? request.headers.first(name: RXONProtocol.Header.workerID)
    if let workerID, !Identifier.isStrictlyValid(workerID) {
      throw CallFailure(status: 400, "the worker id is not a valid identifier")
    }
    let isHolon = request.headers.first(name: RXONProtocol.Header.holon) == "1"
    let theirs = request.headers.first(name: RXONProtocol.Header.features).map { HolonFeatures(header: $0) } ?? []
    return Credentials(
      token: request.headers.first(name: RXONProtocol.Header.workerToken), workerID: workerID,
      certificate: request.certificate, remoteAddress: request.remoteAddress,
      protocolVersion: request.headers.first(name: RXONProtocol.Header.version),
      isHolon: isHolon, features: isHolon ? theirs.intersection(features) : [])
  }

  // MARK: - Receipts

  /// Receipts come along with any call, and are taken before it. Nobody waits for an answer to them.
  func takeReceipts(of request: HTTPRequest, _ exchange: HTTPExchange, credentials: Credentials) {
    guard credentials.features.contains(.lease),
      let header = request.headers.first(name: RXONProtocol.Header.receipts)
    else { return }
    let receipts = ReceiptHeader.receipts(header)
    guard !receipts.isEmpty else { return }
    handler.receive(
      ListenerCall(
        action: .receipts(receipts), credentials: credentials, body: nil, respond: { _, written in written?(true) },
        watchAbandonment: { _ in }, attribute: { exchange.attribute(to: $0) }))
  }

  // MARK: - Command channel

  private func openCommandChannel(_ request: HTTPRequest, _ exchange: HTTPExchange, credentials: Credentials) {
    guard let workerID = credentials.workerID else {
      exchange.answer(.error(.badRequest, "the worker id is missing in path and header"))
      return
    }
    admit(request, exchange, credentials: credentials, workerID: workerID) { [handler, malformedEvent] in
      exchange.upgrade(request) { socket in
        let channel = CommandSocket(
          socket: socket, credentials: credentials, workerID: workerID, handler: handler,
          malformedEvent: malformedEvent)
        handler.commandChannelOpened(channel)
        return channel
      }
    }
  }

  /// Goes on with an upgrade once the handler has admitted the caller.
  func admit(
    _ request: HTTPRequest, _ exchange: HTTPExchange, credentials: Credentials, workerID: String,
    then upgrade: @escaping @Sendable () -> Void
  ) {
    guard request.isWebSocketUpgrade else {
      var response = HTTPResponse.error(.upgradeRequired, "this is a WebSocket endpoint")
      response.headers.append((name: "Upgrade", value: "websocket"))
      exchange.answer(response)
      return
    }
    handler.admitCommandChannel(credentials) { refusal in
      if let refusal {
        exchange.answer(ListenerAnswerEncoder.response(for: refusal))
      } else if exchange.attribute(to: workerID) {
        upgrade()
      } else {
        exchange.answer(ListenerAnswerEncoder.response(for: .tooManyConnections))
      }
    }
  }
}
