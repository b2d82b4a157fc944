public import NIOCore
import NIOPosix
import RXON

/// Makes `http` and `ws` known to `makeTransport(url:workerID:token:)`; `ws` means `http`, as for the reference. `https`
/// and `wss` are known too, and say that this build has no TLS.
public func registerTransportSchemes(group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton) {
  for scheme in ["http", "ws", "https", "wss"] {
    TransportSchemes.register(scheme) { endpoint, workerID, token in
      try HTTPTransport(endpoint: endpoint, workerID: workerID, token: token ?? "", group: group)
    }
  }
}
