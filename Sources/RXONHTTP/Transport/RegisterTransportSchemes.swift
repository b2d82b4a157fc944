public import NIOCore
import NIOPosix
import RXON

/// Makes `http`, `https`, `ws` and `wss` known to `makeTransport(url:workerID:token:)`. Encrypted ones trust what the system
/// trusts.
public func registerTransportSchemes(group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton) {
  for scheme in ["http", "https"] {
    TransportSchemes.register(scheme) { endpoint, workerID, token in
      try HTTPTransport(endpoint: endpoint, workerID: workerID, token: token ?? "", group: group)
    }
  }
  for scheme in ["ws", "wss"] {
    TransportSchemes.register(scheme) { endpoint, workerID, token in
      try WebSocketTransport(endpoint: endpoint, workerID: workerID, token: token ?? "", group: group)
    }
  }
}
