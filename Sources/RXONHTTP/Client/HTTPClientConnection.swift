import NIOCore
import NIOHTTP1
import RXON
import RXONDialling
import RXONLZ4
import RXONTLS
import RXONWire

/// One kept-alive connection of the client, with at most one call on it. Confined to its event loop.
final class HTTPClientConnection: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  private let pool: HTTPConnectionPool
  private let limit: Int
  /// What it was dialled with; nil for a plain one.
  private let tls: TLSClientContext?
  private var context: ChannelHandlerContext?
  private(set) var call: HTTPClientCall?
  private var head: HTTPResponseHead?
  private var body: [UInt8] = []
  private var isHeadWritten = false
  private var isBodyCompressed = false
  private var hasServed = false
  private var failure: TransportError?

  private(set) var deadline = NIODeadline.distantFuture
  var supervisionSlot = -1

  /// - Parameter limit: of an answer's body, in bytes.
  init(pool: HTTPConnectionPool, tls: TLSClientContext?, limit: Int) {
    self.pool = pool
    self.tls = tls
    self.limit = limit
  }

  // MARK: - Calls

  var isUsable: Bool { context?.channel.isActive == true && call == nil && isCurrent }

  /// Certificates have not changed since: the parent would go on to see the old one, also past its end.
  private var isCurrent: Bool { tls === pool.dialler.tls?.current }

  func start(_ call: HTTPClientCall) {
    guard let context else { return }
    self.call = call
    call.connection = self
    deadline = call.deadline
    isHeadWritten = false
    let request = encoded(call.request)
    let written = context.eventLoop.makePromise(of: Void.self)
    written.futureResult.assumeIsolated().whenSuccess { [weak self, weak call] in
      guard let self, let call, self.call === call else { return }
      isHeadWritten = true
    }
    context.write(
      wrapOutboundOut(
        .head(
          HTTPRequestHead(version: .http1_1, method: request.method, uri: request.target, headers: request.headers))),
      promise: written)
    if !request.body.isEmpty {
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: request.body)))), promise: nil)
    }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  private func finish() {
    guard let call, let head else { return }
    let response: HTTPClientResponse
    do throws(TransportError) {
      response = HTTPClientResponse(status: Int(head.status.code), headers: head.headers, body: try plainBody(head))
    } catch {
      return fail(error)
    }
    noteCodings(head)
    let isCodingRefused = isBodyCompressed && head.status == .unsupportedMediaType && !call.wasRepeated
    // An answer that came before the request was sent completely leaves a connection that nobody can use.
    let isReusable = head.isKeepAlive && !call.isOver && isEverythingWritten && isCurrent
    reset()
    hasServed = true
    if isReusable {
      deadline = .now() + pool.options.idleTimeout
    } else {
      closeNow()
    }
    if isCodingRefused, !call.isOver {
      call.wasRepeated = true
      pool.callReturned(call)
    } else {
      pool.callEnded(call)
      call.end(.success(response))
    }
    if isReusable {
      pool.becameIdle(self)
    }
  }

  private var isEverythingWritten: Bool {
    (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 == 0
  }

  private func reset() {
    call?.connection = nil
    call = nil
    head = nil
    body = []
  }

  private func fail(_ error: TransportError) {
    failure = failure ?? error
    closeNow()
  }

  /// Decides what a lost connection means for the call on it.
  private func connectionLost() {
    guard let call else { return }
    let sawAnswer = head != nil
    reset()
    let repeats = !isHeadWritten || (hasServed && !sawAnswer && call.isRepeatable)
    if let failure = pool.isClosed ? .transportClosed : failure {
      pool.callEnded(call)
      call.end(.failure(failure))
    } else if repeats, !call.wasRepeated, !call.isOver {
      call.wasRepeated = true
      pool.callReturned(call)
    } else {
      pool.callEnded(call)
      call.end(.failure(loss(sawAnswer: sawAnswer)))
    }
  }

  private func loss(sawAnswer: Bool) -> TransportError {
    guard isHeadWritten else {
      return TransportError(.unreachable, "the connection was lost before the request was sent")
    }
    return TransportError(.interrupted, "the connection was lost \(sawAnswer ? "within" : "before") the answer")
  }

  // MARK: - Compression

  private func encoded(_ request: HTTPClientRequest) -> HTTPClientRequest {
    isBodyCompressed = false
    guard let bodies = pool.bodies else { return request }
    var request = request
    request.headers.add(name: "Accept-Encoding", value: ContentCoding.lz4)
    guard pool.parentTakesLZ4, let frame = bodies.compress(request.body) else { return request }
    isBodyCompressed = true
    request.body = frame
    request.headers.replaceOrAdd(name: "Content-Length", value: String(frame.count))
    request.headers.replaceOrAdd(name: "Content-Encoding", value: ContentCoding.lz4)
    return request
  }

  private func plainBody(_ head: HTTPResponseHead) throws(TransportError) -> [UInt8] {
    guard let bodies = pool.bodies, head.headers.first(name: "content-encoding")?.lowercased() == ContentCoding.lz4
    else { return body }
    do throws(LZ4Frame.Failure) {
      return try bodies.decompress(body, limit: limit)
    } catch {
      switch error {
      case .tooLarge: throw violation("the answer is larger than \(limit) bytes")
      case .malformed(let reason), .unavailable(let reason):
        throw violation("the answer is no LZ4 frame: \(reason)")
      }
    }
  }

  /// An answer says whether a compressed request would have done (RFC 7694).
  private func noteCodings(_ head: HTTPResponseHead) {
    pool.parentTakesLZ4 = ContentCoding.isLZ4Accepted(head.headers)
  }

  // MARK: - Channel

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    deadline = .now() + pool.options.idleTimeout
    pool.connections.add(self)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    leave()
  }

  func channelInactive(context: ChannelHandlerContext) {
    leave()
    context.fireChannelInactive()
  }

  private func leave() {
    guard context != nil else { return }
    context = nil
    pool.connections.remove(self)
    pool.connectionClosed(self)
    connectionLost()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): receive(head)
    case .body(let part): receive(part)
    case .end: finish()
    }
  }

  private func receive(_ head: HTTPResponseHead) {
    self.head = head
    let coding = head.headers.first(name: "content-encoding")?.lowercased()
    let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
    if head.status == .switchingProtocols {
      fail(TransportError(.protocolViolation, "the answer changes the protocol, which nobody asked for", status: 101))
    } else if let coding, coding != "identity", coding != ContentCoding.lz4 || pool.bodies == nil {
      fail(violation("the answer is compressed with '\(coding)', which nobody asked for"))
    } else if length > limit {
      fail(violation("the answer is larger than \(limit) bytes"))
    } else {
      body.reserveCapacity(min(length, 64 << 10))
    }
  }

  private func receive(_ part: ByteBuffer) {
    guard part.readableBytes <= limit - body.count else {
      fail(violation("the answer is larger than \(limit) bytes"))
      return
    }
    part.withUnsafeReadableBytes { body.append(contentsOf: $0) }
  }

  private func violation(_ message: String) -> TransportError {
    TransportError(.protocolViolation, message, status: head.map { Int($0.status.code) })
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case let error as TLSError where !hasServed:
      // The parent may tell only after the handshake that it does not take this node's certificate (RFC 8446 §4.4.2.4).
      fail(TransportError(.unreachable, "the connection was refused: \(error.message)"))
    case HTTPParserError.invalidEOFState: closeNow()
    case is HTTPParserError, is NIOHTTPDecoderError, is ByteToMessageDecoderError:
      fail(violation("the answer is not HTTP/1.1"))
    default: closeNow()
    }
  }
}

extension HTTPClientConnection: SupervisedConnection {
  func deadlinePassed(at now: NIODeadline) {
    if call != nil {
      fail(TransportError(.timedOut, "no answer in time"))
    } else {
      closeNow()
    }
  }

  func closeWhenIdle() {
    if call == nil {
      closeNow()
    }
  }

  func closeNow() {
    deadline = .distantFuture
    context?.close(promise: nil)
  }
}
