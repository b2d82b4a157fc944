import NIOCore
import NIOPosix
import RXONTLS
import Synchronization
import TestSupport
import Testing

/// A server on loopback, with the ends of its connections.
final class Listener: Sendable {
  private let channel: any Channel
  private let accepted: Accepted

  private final class Accepted: Sendable {
    let endpoints = Mutex<[Endpoint]>([])
  }

  private init(_ channel: any Channel, _ accepted: Accepted) {
    self.channel = channel
    self.accepted = accepted
  }

  var port: Int { channel.localAddress?.port ?? 0 }

  /// The ends of all connections so far, in the order of their coming.
  var endpoints: [Endpoint] { accepted.endpoints.withLock { $0 } }

  /// - Parameters:
  ///   - context: asked for each connection; nil for plain TCP.
  static func start(
    _ behaviour: Recorder.Behaviour = Recorder.Behaviour(), autoRead: Bool = true, halfClosure: Bool = false,
    context: @escaping @Sendable () -> TLSServerContext?
  ) async throws -> Listener {
    let accepted = Accepted()
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(.autoRead, value: autoRead)
      .childChannelOption(.allowRemoteHalfClosure, value: halfClosure)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let endpoint = Endpoint(channel)
          accepted.endpoints.withLock { $0.append(endpoint) }
          if let context = context() {
            try channel.pipeline.syncOperations.addHandler(TLSHandler(server: context))
          }
          try channel.pipeline.syncOperations.addHandler(Recorder(endpoint, behaviour))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return Listener(channel, accepted)
  }

  /// The end that belongs to the `index`th connection.
  func endpoint(_ index: Int = 0) async throws -> Endpoint {
    try await found("connection \(index)") { endpoints.dropFirst(index).first }
  }

  func stop() async {
    try? await channel.close().get()
    for endpoint in endpoints { await endpoint.close() }
  }
}

/// Dials 127.0.0.1.
func dial(
  _ port: Int, _ context: TLSClientContext?, host: String = "localhost",
  _ behaviour: Recorder.Behaviour = Recorder.Behaviour(), halfClosure: Bool = false
) async throws -> Endpoint {
  let made = Mutex<Endpoint?>(nil)
  _ = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    .channelOption(.allowRemoteHalfClosure, value: halfClosure)
    .channelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        let endpoint = Endpoint(channel)
        made.withLock { $0 = endpoint }
        if let context {
          try channel.pipeline.syncOperations.addHandler(TLSHandler(client: context, host: host, port: port))
        }
        try channel.pipeline.syncOperations.addHandler(Recorder(endpoint, behaviour))
      }
    }
    .connect(host: "127.0.0.1", port: port).get()
  return try #require(made.withLock { $0 })
}

/// Starts a server with these options for the length of `body`.
func withListener<Outcome>(
  _ options: TLSServerOptions, _ behaviour: Recorder.Behaviour = Recorder.Behaviour(), halfClosure: Bool = false,
  _ body: (Listener) async throws -> Outcome
) async throws -> Outcome {
  let context = try TLSServerContext(options)
  let listener = try await Listener.start(behaviour, halfClosure: halfClosure) { context }
  do {
    let outcome = try await body(listener)
    await listener.stop()
    return outcome
  } catch {
    await listener.stop()
    throw error
  }
}

extension TLSServerOptions {
  /// A server that the tests' clients believe.
  static var usual: TLSServerOptions { TLSServerOptions(identity: Credentials.shared.identity("server")) }

  static func asking(_ policy: ClientCertificatePolicy, revocationList: String? = nil) -> TLSServerOptions {
    TLSServerOptions(
      identity: Credentials.shared.identity("server"), clientCertificates: policy,
      clientTrust: .file(Credentials.shared.path("ca.pem")),
      revocationList: revocationList.map { Credentials.shared.path($0) })
  }
}

extension TLSClientOptions {
  /// A client that believes the tests' servers.
  static var usual: TLSClientOptions { TLSClientOptions(trust: .file(Credentials.shared.path("ca.pem"))) }

  static func showing(_ identity: TLSIdentity) -> TLSClientOptions {
    TLSClientOptions(trust: .file(Credentials.shared.path("ca.pem")), identity: identity)
  }
}
