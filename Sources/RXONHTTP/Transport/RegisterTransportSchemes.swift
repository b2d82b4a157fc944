public import NIOCore
import NIOPosix
import RXON

/// Makes `http` and `https` known to `makeTransport(url:workerID:token:)`, and `ws` and `wss`, which mean the same, as for
/// the reference. Encrypted ones trust what the system trusts.
public func registerTransportSchemes(group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton) {
  for scheme in ["http", "ws", "https", "wss"] {
    TransportSchemes.register(scheme) { endpoint, workerID, token in
      try HTTPTransport(endpoint: endpoint, workerID: workerID, token: token ?? "", group: group)
    }
  }
}
