import NIOCore
import NIOPosix
import RXONTLS

/// A client that opens connections, several at once, and ends each as soon as its handshake is over.
struct HandshakeLoad: Sendable {
  enum Kind: Sendable {
    case plain
    case full
    case resumed
  }

  static let atOnce = 32

  let kind: Kind
  let version: TLSVersion
  let port: Int
  let group: MultiThreadedEventLoopGroup
  private let context: TLSClientContext

  init(_ kind: Kind, version: TLSVersion, authority: String, port: Int, group: MultiThreadedEventLoopGroup) throws {
    self.kind = kind
    self.version = version
    self.port = port
    self.group = group
    context = try TLSClientContext(TLSClientOptions(trust: .file(authority)))
  }

  /// Gets a session to resume for each of the connections at once.
  func warmUp() async throws {
    try await connections(Self.atOnce, sessionNumber: { $0 % Self.atOnce }, areResumed: false)
  }

  /// - Throws: ``BenchmarkFailure`` when a handshake was not of the kind and version asked for.
  func run(_ count: Int) async throws {
    switch kind {
    case .plain: try await connections(count, sessionNumber: { _ in 0 }, areResumed: false)
    case .full: try await connections(count, sessionNumber: { $0 + Self.atOnce }, areResumed: false)
    case .resumed: try await connections(count, sessionNumber: { $0 % Self.atOnce }, areResumed: true)
    }
  }

  private func connections(
    _ count: Int, sessionNumber: @escaping @Sendable (Int) -> Int, areResumed: Bool
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { lanes in
      for lane in 0..<Self.atOnce {
        lanes.addTask {
          for number in stride(from: lane, to: count, by: Self.atOnce) {
            let session = try await connection(sessionNumber: sessionNumber(number))
            try check(session, isResumed: areResumed)
          }
        }
      }
      try await lanes.waitForAll()
    }
  }

  /// Opens one connection and waits for its end.
  private func connection(sessionNumber: Int) async throws -> TLSSession? {
    let eventLoop = group.next()
    let end = eventLoop.makePromise(of: TLSSession?.self)
    ClientBootstrap(group: eventLoop)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if kind != .plain {
            // Sessions are kept by this port, so that these numbers say which connections share one.
            try pipeline.addHandler(TLSHandler(client: context, host: "127.0.0.1", port: sessionNumber))
          }
          try pipeline.addHandler(HandshakeObserver(isPlain: kind == .plain, end: end))
        }
      }
      .connect(host: "127.0.0.1", port: port)
      .whenFailure { end.fail($0) }
    return try await end.futureResult.get()
  }

  private func check(_ session: TLSSession?, isResumed: Bool) throws {
    guard kind != .plain else { return }
    guard let session else { throw BenchmarkFailure("a connection ended before its handshake did") }
    let cipher = version == .v13 ? "TLS_AES_256_GCM_SHA384" : "ECDHE-ECDSA-AES256-GCM-SHA384"
    guard session.version == version, session.isResumed == isResumed, session.cipher == cipher else {
      throw BenchmarkFailure("not the handshake that was to be measured: \(session)")
    }
  }
}

/// Says goodbye when the handshake is over, and waits for the connection's end: tickets come before.
private final class HandshakeObserver: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let isPlain: Bool
  private var session: TLSSession?
  private var end: EventLoopPromise<TLSSession?>?

  init(isPlain: Bool, end: EventLoopPromise<TLSSession?>) {
    self.isPlain = isPlain
    self.end = end
  }

  func channelActive(context: ChannelHandlerContext) {
    if isPlain { context.close(mode: .output, promise: nil) }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard let handshake = event as? TLSHandshakeCompleted else { return }
    session = handshake.session
    context.close(mode: .output, promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    finish(.success(session))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // nginx does not answer the goodbye.
    if session != nil, (error as? TLSError)?.kind == .truncated { return }
    finish(.failure(error))
    context.close(promise: nil)
  }

  private func finish(_ result: Result<TLSSession?, any Error>) {
    end?.completeWith(result)
    end = nil
  }
}
