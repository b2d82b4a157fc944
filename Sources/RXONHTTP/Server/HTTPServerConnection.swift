import NIOCore
import NIOHTTP1
import RXON
import RXONLZ4
import RXONTLS

/// One connection of an ``HTTPServer``: collects requests, has them answered one after the other, and ends itself when
/// the peer breaks the protocol or a limit.
///
/// Confined to its event loop. It stands behind its decoder and writes finished bytes.
final class HTTPServerConnection: ChannelInboundHandler, ChannelOutboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Bytes that may wait undecoded, as they do behind a request to change the protocol.
  private static let undecodedBytes = 128 << 10
  /// Complete bodies that may wait behind the request being answered, in bytes, before reading stops.
  private static let pipelinedBytes = 64 << 10

  let loop: HTTPServerLoop
  let bodies: BodyCompression?
  let decoder: UpgradableRequestDecoder
  /// The handler in front of this one.
  let decoding: ByteToMessageHandler<UpgradableRequestDecoder>
  private let refusal: HTTPResponse?
  private(set) var context: ChannelHandlerContext?
  private var remoteAddress = ""
  private var certificate: ClientCertificate?
  /// When the TLS handshake must be over; nil once it is, and on plain connections.
  private var handshakeDeadline: NIODeadline?

  /// The request that is being received.
  private var incoming: IncomingRequest?
  /// Complete requests that wait for their turn, oldest first.
  private var waiting = CircularBuffer<PendingRequest>(initialCapacity: 1)
  private var waitingBytes = 0
  /// The request that is being answered.
  private var current: HTTPExchange?
  /// The last answer of this connection, once those before it are written.
  private var failure: HTTPResponse?
  /// Nothing more is taken from the peer.
  private var isIntakeOver = false
  /// Only what is written has to get through any more.
  private var isEnding = false
  private var isLingering = false
  private var isDraining = false
  private var isServing = false
  private var isInRead = false
  private var isReadHeld = false
  private var sawPart = false
  private var headStarted: NIODeadline?
  private var unwrittenBytes = 0

  let owner = ConnectionOwner()
  private(set) var deadline = NIODeadline.distantFuture
  var supervisionSlot = -1

  private struct PendingRequest {
    let request: HTTPRequest
    let persistence: HTTPPersistence
  }

  /// - Parameter refusal: answers before any request, and ends the connection.
  init(loop: HTTPServerLoop, decoder: UpgradableRequestDecoder, refusal: HTTPResponse?, isSecure: Bool) {
    self.loop = loop
    bodies = loop.makeBodyCompression()
    handshakeDeadline = isSecure ? .now() + loop.limits.headerTimeout : nil
    self.decoder = decoder
    self.refusal = refusal
    decoding = ByteToMessageHandler(decoder, maximumBufferSize: Self.undecodedBytes)
  }

  // MARK: - Lifecycle

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    remoteAddress = context.remoteAddress?.ipAddress ?? ""
    loop.connections.add(self)
    rearm()
  }

  func channelActive(context: ChannelHandlerContext) {
    if let refusal {
      reject(refusal)
    }
    context.fireChannelActive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let handshake = event as? TLSHandshakeCompleted {
      handshakeDeadline = nil
      certificate = handshake.session.peer.map(ClientCertificate.init)
      rearm()
    }
    context.fireUserInboundEventTriggered(event)
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
    loop.connections.remove(self)
    isIntakeOver = true
    incoming = nil
    waiting.removeAll()
    let abandoned = current
    current = nil
    abandoned?.abandon()
  }

  // MARK: - Reading

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    isInRead = true
    sawPart = true
    guard !isIntakeOver else { return }
    switch unwrapInboundIn(data) {
    case .head(let head): begin(head)
    case .body(let part): append(part)
    case .end: finish()
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if !sawPart, !isIntakeOver, incoming == nil, headStarted == nil, handshakeDeadline == nil {
      headStarted = .now()
    }
    sawPart = false
    isInRead = false
    rearm()
    context.fireChannelReadComplete()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case HTTPParserError.headerOverflow:
      reject(
        .error(.requestHeaderFieldsTooLarge, "the request line or the header is larger than the limit"), .largeHeader)
    case is HTTPParserError, is ByteToMessageDecoderError:
      reject(.error(.badRequest, "this is not an HTTP/1.1 request"), .malformed)
    default:
      context.close(promise: nil)
    }
  }

  private func begin(_ head: HTTPRequestHead) {
    headStarted = nil
    let request = IncomingRequest(head: head)
    if let refusal = request.refusal(limits: loop.limits, takesLZ4: bodies != nil) {
      reject(refusal, refusal.status == .payloadTooLarge ? .largeBody : .malformed)
      return
    }
    incoming = request
    sendContinueIfDue()
  }

  private func append(_ part: ByteBuffer) {
    incoming?.expectsContinue = false
    guard let fits = incoming?.append(part, limit: loop.limits.bodySize), !fits else { return }
    reject(.bodyTooLarge(limit: loop.limits.bodySize), .largeBody)
  }

  private func finish() {
    guard let complete = incoming else { return }
    incoming = nil
    let persistence = complete.persistence
    isIntakeOver = persistence == .close
    var request = complete.complete(remoteAddress: remoteAddress, certificate: certificate)
    if complete.isCompressed {
      do throws(BodyRefusal) {
        request.body = try decompressed(request.body)
      } catch {
        isIntakeOver = false
        return reject(error.response, error.refusal)
      }
    }
    waitingBytes += request.body.count
    waiting.append(PendingRequest(request: request, persistence: persistence))
    serveWaiting()
  }

  /// Ends the connection with `response`, after the answers that are still owed.
  /// - Parameter refusal: nil where it was told already.
  private func reject(_ response: HTTPResponse, _ refusal: HTTPRefusal? = nil) {
    guard !isIntakeOver else { return }
    if let refusal { loop.refused?(refusal) }
    isIntakeOver = true
    incoming = nil
    failure = response
    serveWaiting()
  }

  /// Answers the client that waits for it, unless an earlier answer has to go first.
  private func sendContinueIfDue() {
    guard let context, current == nil, waiting.isEmpty, incoming?.expectsContinue == true else { return }
    incoming?.expectsContinue = false
    var buffer = context.channel.allocator.buffer(capacity: 32)
    buffer.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
    context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
  }

  // MARK: - Back-pressure

  func read(context: ChannelHandlerContext) {
    if mustHoldReads {
      isReadHeld = true
      incoming?.stopWaiting()
    } else {
      context.read()
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    serveWaiting()
    context.fireChannelWritabilityChanged()
  }

  private var mustHoldReads: Bool {
    waiting.count >= loop.limits.pipelinedRequests || waitingBytes > Self.pipelinedBytes
  }

  private func resumeReading() {
    guard isReadHeld, !mustHoldReads || isIntakeOver else { return }
    isReadHeld = false
    context?.read()
  }

  // MARK: - Answering

  private func serveWaiting() {
    guard !isServing else { return }
    isServing = true
    while current == nil, let context, context.channel.isWritable, let next = waiting.popFirst() {
      waitingBytes -= next.request.body.count
      let exchange = HTTPExchange(
        connection: self, eventLoop: loop.eventLoop, persistence: next.persistence,
        isHead: next.request.method == .HEAD, acceptsLZ4: acceptsLZ4(next.request))
      current = exchange
      loop.responder.respond(to: next.request, exchange)
    }
    isServing = false
    if current == nil, waiting.isEmpty, let failure {
      self.failure = nil
      writeLast(failure)
    }
    sendContinueIfDue()
    resumeReading()
  }

  func write(_ response: HTTPResponse, answering exchange: HTTPExchange, written: (@Sendable (Bool) -> Void)?) {
    guard let context, context.channel.isActive else {
      written?(false)
      return
    }
    let isLast = exchange.persistence == .close || isDraining
    let buffer = loop.serialize(
      exchange.acceptsLZ4 ? compressed(response) : response,
      persistence: isLast ? .close : exchange.persistence, isHead: exchange.isHead,
      allocator: context.channel.allocator)
    let promise = written == nil && !isLast ? nil : context.eventLoop.makePromise(of: Void.self)
    if let promise {
      follow(promise.futureResult, written: written, closing: isLast)
    }
    current = nil
    isEnding = false
    if isLast {
      isIntakeOver = true
      waiting.removeAll()
    }
    context.writeAndFlush(wrapOutboundOut(buffer), promise: promise)
    serveWaiting()
    if !isInRead {
      rearm()
    }
  }

  private func follow(_ future: EventLoopFuture<Void>, written: (@Sendable (Bool) -> Void)?, closing: Bool) {
    future.assumeIsolated().whenComplete { [weak self] result in
      if let written {
        if case .success = result { written(true) } else { written(false) }
      }
      if closing {
        self?.context?.close(promise: nil)
      }
    }
  }

  /// Writes an answer after which nothing comes, and reads on for a while: closing with unread input would reset the
  /// connection, and the peer might never see the answer.
  private func writeLast(_ response: HTTPResponse) {
    guard let context, context.channel.isActive, !isLingering else { return }
    isLingering = true
    deadline = .now() + loop.limits.lingerTimeout
    let buffer = loop.serialize(
      response, persistence: .close, isHead: false, allocator: context.channel.allocator)
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenSuccess { [weak self] in
      self?.context?.close(mode: .output, promise: nil)
    }
    context.writeAndFlush(wrapOutboundOut(buffer), promise: promise)
  }

  /// Leaves the pipeline to a WebSocket; nothing is answered by this handler any more.
  func handOver() {
    current = nil
    isIntakeOver = true
    decoder.isUpgraded = true
  }

  // MARK: - Time

  /// Sets the deadline that the present state asks for.
  private func rearm() {
    guard !isLingering else { return }
    let now = NIODeadline.now()
    if incoming != nil, !isReadHeld {
      deadline = incoming?.deadline(limits: loop.limits, now: now) ?? .distantFuture
    } else if current != nil {
      deadline = .distantFuture
    } else if let handshakeDeadline {
      deadline = handshakeDeadline
    } else if isIntakeOver {
      // What the peer still sends gains it nothing.
      guard !isEnding else { return }
      isEnding = true
      unwrittenBytes = 0
      deadline = now + loop.limits.idleTimeout
    } else if let headStarted {
      deadline = headStarted + loop.limits.headerTimeout
    } else {
      unwrittenBytes = 0
      deadline = now + loop.limits.idleTimeout
    }
  }
}

extension HTTPServerConnection: SupervisedConnection {
  func deadlinePassed(at now: NIODeadline) {
    if isLingering || handshakeDeadline != nil {
      closeNow()
    } else if !isIntakeOver, incoming != nil || headStarted != nil {
      deadline = .distantFuture
      reject(
        .error(.requestTimeout, "the request did not arrive in time"), incoming == nil ? .slowHeader : .slowBody)
    } else {
      endIdleness(now: now)
    }
  }

  /// A client that still reads its answer, however slowly, is not idle.
  private func endIdleness(now: NIODeadline) {
    // It was taken up since, when its peer had read what was before it.
    guard current == nil else { return deadline = .distantFuture }
    let unwritten = (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    if unwritten > 0, unwritten != unwrittenBytes {
      unwrittenBytes = unwritten
      deadline = now + loop.limits.idleTimeout
    } else {
      closeNow()
    }
  }

  func closeWhenIdle() {
    isDraining = true
    if current == nil, waiting.isEmpty, incoming == nil, !isLingering {
      closeNow()
    }
  }

  func closeNow() {
    context?.close(promise: nil)
  }
}

extension ClientCertificate {
  package init(_ certificate: TLSCertificate) {
    self.init(
      commonName: certificate.commonName, dnsNames: certificate.dnsNames, uriNames: certificate.uriNames,
      fingerprint: certificate.fingerprint, expires: Int(certificate.notAfter))
  }
}
