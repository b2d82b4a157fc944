import NIOCore
import RXON
import RXONGRPC
import RXONHTTP

/// The way to one parent over the wire that its URL names. Makes the transports of the workers that speak over it: this
/// node, or each of its children.
enum ParentWire: Sendable {
  case http(HTTPWire, HTTPTransportOptions)
  case webSocket(WebSocketWire, HTTPTransportOptions)
  #if GRPC
    case gRPC(GRPCWire, HTTPTransportOptions)
  #endif

  /// - Throws: ``TransportError`` of kind `unsendable` when the endpoint cannot be used.
  init(to endpoint: Endpoint, on group: any EventLoopGroup, options: HTTPTransportOptions) throws(TransportError) {
    switch endpoint.scheme {
    case "ws", "wss":
      self = .webSocket(try WebSocketWire(endpoint: endpoint, group: group, options: options), options)
    #if GRPC
      case "grpc", "grpcs":
        self = .gRPC(try GRPCWire(endpoint: endpoint, group: group, options: options), options)
    #endif
    default:
      self = .http(try HTTPWire(endpoint: endpoint, group: group, options: options), options)
    }
  }

  /// - Parameter isShared: other workers speak over the wire too, so closing the transport leaves it open.
  func transport(of workerID: String, token: String, isShared: Bool) throws(TransportError) -> any Transport {
    switch self {
    case .http(let wire, let options):
      try HTTPTransport(over: wire, workerID: workerID, token: token, options: options, ownsWire: !isShared)
    case .webSocket(let wire, let options):
      try WebSocketTransport(over: wire, workerID: workerID, token: token, options: options, ownsWire: !isShared)
    #if GRPC
      case .gRPC(let wire, let options):
        try GRPCTransport(over: wire, workerID: workerID, token: token, options: options, ownsWire: !isShared)
    #endif
    }
  }

  /// The parent's clock in Unix seconds; the local clock before its first answer.
  func parentTime() -> Int {
    switch self {
    case .http(let wire, _): wire.clock.now()
    case .webSocket(let wire, _): wire.clock.now()
    #if GRPC
      case .gRPC(let wire, _): wire.clock.now()
    #endif
    }
  }

  /// Ends all that is left over it.
  func close() async {
    switch self {
    case .http(let wire, _): await wire.close()
    case .webSocket(let wire, _): await wire.close()
    #if GRPC
      case .gRPC(let wire, _): await wire.close()
    #endif
    }
  }
}
