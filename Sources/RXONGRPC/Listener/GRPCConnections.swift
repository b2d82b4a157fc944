#if GRPC
  import NIOCore
  import RXON
  import RXONHTTP

  /// The open connections of a ``GRPCListener``, and the calls that come over them. Confined to its event loop.
  final class GRPCConnections: @unchecked Sendable {
    // Unchecked: everything mutable is confined to `eventLoop`.
    /// One call: a stream of a connection.
    struct Call {
      let number: Int
      let connection: GRPCConnection
      let stream: any Channel
    }

    let eventLoop: any EventLoop
    private let census: ConnectionCensus
    private let refused: (@Sendable (HTTPRefusal) -> Void)?
    private var connections: [ObjectIdentifier: GRPCConnection] = [:]
    private var calls: [Int: Call] = [:]
    private var lastNumber = 0

    /// - Parameter refused: told of each connection that is turned away.
    init(eventLoop: any EventLoop, limits: HTTPServerLimits, refused: (@Sendable (HTTPRefusal) -> Void)?) {
      self.eventLoop = eventLoop
      self.refused = refused
      census = ConnectionCensus(limits: limits)
    }

    // MARK: Connections

    /// Takes a connection in.
    /// - Returns: nil where there are too many.
    func admit(_ channel: any Channel) -> GRPCConnection? {
      let network = NetworkAddress.network(of: channel.remoteAddress?.ipAddress ?? "")
      if let refusal = census.opened(from: network) {
        census.closed(from: network)
        refused?(refusal)
        return nil
      }
      let connection = GRPCConnection(channel)
      connections[ObjectIdentifier(channel)] = connection
      channel.closeFuture.assumeIsolated().whenComplete { [weak self] _ in self?.closed(connection, of: network) }
      return connection
    }

    private func closed(_ connection: GRPCConnection, of network: String) {
      connection.closed()
      connections[ObjectIdentifier(connection.channel)] = nil
      census.closed(from: network)
      if let owner = connection.owner { census.closed(of: owner) }
    }

    /// Counts a connection as one of `workerID`, which has proven who it is.
    func attribute(_ connection: GRPCConnection, to workerID: String) throws(CallFailure) {
      guard connection.owner != workerID else { return }
      guard census.attribute(to: workerID, insteadOf: connection.owner) else {
        refused?(.connectionsOfClient)
        throw .tooManyConnections
      }
      connection.owner = workerID
    }

    // MARK: Calls

    /// Takes a stream in, which is one call.
    func arrived(_ stream: any Channel) throws {
      guard let parent = stream.parent, let connection = connections[ObjectIdentifier(parent)] else {
        throw ChannelError.ioOnClosedChannel
      }
      lastNumber += 1
      let number = lastNumber
      calls[number] = Call(number: number, connection: connection, stream: stream)
      connection.callBegan()
      stream.closeFuture.assumeIsolated().whenComplete { [weak self] _ in
        self?.calls[number] = nil
        connection.callEnded(number)
      }
      try stream.pipeline.syncOperations.addHandler(CallStamp(number: number), position: .first)
    }

    /// The call whose header has this number.
    subscript(number: Int) -> Call? { calls[number] }
  }
#endif
