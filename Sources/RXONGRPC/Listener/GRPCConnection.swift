#if GRPC
  import NIOCore
  import RXON

  /// One connection of a child to a ``GRPCListener``. Confined to its event loop.
  final class GRPCConnection: @unchecked Sendable {
    // Unchecked: confined to one event loop.
    /// How long a connection may go without a link.
    static let idleLimit = TimeAmount.seconds(15)

    let channel: any Channel
    /// Who the client's certificate says it is; nil before the end of the handshake, and where it showed none.
    var certificate: ClientCertificate?
    /// Whom the connection counts for.
    var owner: String?
    /// Told of each sign of life, by the number of the call.
    private var pipes: [Int: GRPCLinkPipe] = [:]
    private var calls = 0
    private var isClosed = false
    private var idleness: Scheduled<Void>?

    init(_ channel: any Channel) {
      self.channel = channel
      watchIdleness()
    }

    /// Without port.
    var remoteAddress: String { channel.remoteAddress?.ipAddress ?? "" }

    func callBegan() {
      calls += 1
      idleness?.cancel()
    }

    func callEnded(_ number: Int) {
      pipes[number] = nil
      calls -= 1
      if calls == 0 { watchIdleness() }
    }

    func add(_ pipe: GRPCLinkPipe, of number: Int) {
      pipes[number] = pipe
    }

    func sawPeer() {
      for pipe in pipes.values { pipe.sawPeer() }
    }

    func closed() {
      isClosed = true
      idleness?.cancel()
    }

    private func watchIdleness() {
      guard !isClosed else { return }
      idleness = channel.eventLoop.assumeIsolated().scheduleTask(in: Self.idleLimit) { [channel] in
        channel.close(promise: nil)
      }
    }
  }
#endif
