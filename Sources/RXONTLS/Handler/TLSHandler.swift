public import NIOCore

/// Speaks TLS on a channel: plaintext on the side of the handlers behind it, records on the network's.
///
/// `channelActive` is passed on at once, before the handshake. Handlers behind may write and flush in it: what they
/// write is kept, up to 16 MiB, and sent when the handshake is over. They get ``TLSHandshakeCompleted`` then, or
/// `errorCaught` with a ``TLSError`` and `channelInactive`.
///
/// Writes are kept (their promises succeed) when their records are written. A flush encrypts everything that was
/// written; the channel's writability counts records. With automatic reading off, nothing is decrypted that was not
/// asked for by `read()`.
///
/// The peer's `close_notify` is the end of input: `ChannelEvent.inputClosed` where the channel allows remote half
/// closure, else the channel is closed. A connection that ends without it gives `errorCaught` with
/// ``TLSError/Kind/truncated`` first. `close()` sends a `close_notify` and does not wait for the peer's.
public final class TLSHandler: ChannelDuplexHandler {
  public typealias InboundIn = ByteBuffer
  public typealias InboundOut = ByteBuffer
  public typealias OutboundIn = IOData
  public typealias OutboundOut = ByteBuffer

  /// The most plaintext that is kept until the end of the handshake, in bytes.
  static let earlyWriteLimit = 16 << 20

  enum Phase {
    case idle
    case handshaking
    case established
    /// Failed or closed: nothing goes through any more.
    case over
  }

  /// What was agreed upon; nil before the end of the handshake. For the channel's event loop only.
  public internal(set) var session: TLSSession?

  private let makeConnection: () throws(TLSError) -> TLSConnection
  private let handshakeTimeout: TimeAmount

  var phase = Phase.idle
  var connection: TLSConnection?
  var pending = PendingWrites()
  var timeout: Scheduled<Void>?

  // Inbound.
  var isReadAwaited = false
  var isDelivering = false
  var hasDelivered = false
  /// Answers that reading made in a row while the peer read nothing.
  var unreadAnswers = 0
  var isInputOver = false
  var spareBuffer = ByteBuffer()

  // Outbound.
  var isOutputOver = false
  var earlyOutputClose: EarlyOutputClose?

  /// A `close(mode: .output)` that came before the end of the handshake.
  struct EarlyOutputClose {
    let promise: EventLoopPromise<Void>?
  }

  /// The side that is called.
  public init(server: TLSServerContext) {
    handshakeTimeout = TimeAmount(server.options.handshakeTimeout)
    makeConnection = { () throws(TLSError) in
      guard let connection = TLSConnection(server: server) else { throw .outOfMemory }
      return connection
    }
  }

  /// The side that calls.
  /// - Parameters:
  ///   - host: the name or address that is dialled, an IPv6 address with or without brackets. The server's certificate
  ///     must have it, unless the options say otherwise.
  ///   - port: tells apart the servers whose sessions are resumed.
  public init(client: TLSClientContext, host: String, port: Int) {
    handshakeTimeout = TimeAmount(client.options.handshakeTimeout)
    makeConnection = { () throws(TLSError) in
      let wanted = client.options.serverName ?? host
      guard let serverName = ServerName(wanted) else {
        throw TLSError(
          .certificateRejected(.wrongHost), "'\(wanted)' is no name that a certificate can hold; \(ServerName.rule)")
      }
      guard let connection = TLSConnection(client: client, serverName: serverName, host: host, port: port) else {
        throw .outOfMemory
      }
      return connection
    }
  }

  // MARK: - Life

  public func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { beginHandshake(context) }
  }

  public func handlerRemoved(context: ChannelHandlerContext) {
    end()
    pending.fail(ChannelError.ioOnClosedChannel)
    connection = nil
  }

  public func channelActive(context: ChannelHandlerContext) {
    context.fireChannelActive()
    beginHandshake(context)
  }

  public func channelInactive(context: ChannelHandlerContext) {
    let error = lossOfConnection(context)
    end()
    pending.fail(error ?? ChannelError.ioOnClosedChannel)
    if let error { context.fireErrorCaught(error) }
    context.fireChannelInactive()
  }

  /// Lets nothing through any more.
  func end() {
    phase = .over
    timeout?.cancel()
    timeout = nil
    earlyOutputClose?.promise?.fail(ChannelError.ioOnClosedChannel)
    earlyOutputClose = nil
  }

  /// Gives up: tells the peer, the handlers behind and the writers, and closes.
  func fail(_ context: ChannelHandlerContext, _ error: TLSError) {
    guard phase != .over else { return }
    end()
    sendRecords(context, promise: nil)
    context.flush()
    context.fireErrorCaught(error)
    pending.fail(error)
    context.close(promise: nil)
  }

  // MARK: - Handshake

  private func beginHandshake(_ context: ChannelHandlerContext) {
    guard phase == .idle, context.channel.isActive else { return }
    phase = .handshaking
    timeout = context.eventLoop.assumeIsolated().scheduleTask(in: handshakeTimeout) { [weak self] in
      self?.handshakeTimedOut(context)
    }
    do {
      connection = try makeConnection()
    } catch {
      fail(context, error)
      return
    }
    continueHandshake(context)
    // The handlers behind need not know that a handshake wants to be read.
    if phase == .handshaking { context.read() }
  }

  private func handshakeTimedOut(_ context: ChannelHandlerContext) {
    guard phase == .handshaking else { return }
    fail(context, TLSError(.timedOut, "the TLS handshake took longer than allowed; check the network and the peer"))
  }

  func continueHandshake(_ context: ChannelHandlerContext) {
    guard phase == .handshaking, let connection else { return }
    switch connection.continueHandshake() {
    case .done: establish(context, connection)
    case .needsInput:
      sendRecords(context, promise: nil)
      context.flush()
    case .ended: fail(context, .endInHandshake)
    case .failed(let error): fail(context, error)
    }
  }

  private func establish(_ context: ChannelHandlerContext, _ connection: TLSConnection) {
    let session: TLSSession
    do {
      session = try connection.session()
    } catch {
      fail(context, error)
      return
    }
    self.session = session
    phase = .established
    timeout?.cancel()
    timeout = nil
    sendRecords(context, promise: nil)
    context.flush()
    context.fireUserInboundEventTriggered(TLSHandshakeCompleted(session: session))
    sendPending(context)
    if let early = earlyOutputClose {
      earlyOutputClose = nil
      closeOutput(context, promise: early.promise)
    }
    deliver(context)
  }
}

@available(*, unavailable)
extension TLSHandler: Sendable {}

extension TLSError {
  static let outOfMemory = TLSError(.internal, "OpenSSL could not make a connection")

  static let endInHandshake = TLSError(
    .handshakeFailed,
    "the peer ended the connection during the TLS handshake; check that it speaks TLS at this port, and its log")
}
