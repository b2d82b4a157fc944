import NIOCore
import NIOPosix
import RXON
import RXONHTTP
import RXONLZ4
import RXONTLS

#if GRPC
  import RXONGRPC
#endif

/// A wire under measurement: what a child dials, and what it may use beyond plain RXON.
struct MeasuredWire {
  enum Scheme: String, CaseIterable {
    case http, https, ws, wss
    #if GRPC
      case grpc, grpcs
    #endif

    var isSecure: Bool {
      switch self {
      case .http, .ws: false
      case .https, .wss: true
      #if GRPC
        case .grpc: false
        case .grpcs: true
      #endif
      }
    }

    /// What the connection is to carry (ALPN).
    fileprivate var applicationProtocols: [String] {
      switch self {
      case .http, .https, .ws, .wss: ["http/1.1"]
      #if GRPC
        case .grpc, .grpcs: ["h2"]
      #endif
      }
    }
  }

  enum Extras: String {
    /// As the reference speaks: one poll for a task, one call for a result.
    case plain
    /// Between two Holons: leases and batches.
    case holons
    case holonsWithLZ4

    fileprivate var features: HolonFeatures {
      switch self {
      case .plain: []
      case .holons: [.lease, .batch]
      case .holonsWithLZ4: .all
      }
    }
  }

  let scheme: Scheme
  let extras: Extras
  /// By which it is asked for.
  let id: String
  let name: String

  private init(_ scheme: Scheme, _ extras: Extras, _ suffix: String, _ title: String) {
    self.scheme = scheme
    self.extras = extras
    id = scheme.rawValue + suffix
    name = scheme.rawValue + title
  }

  static let all = Scheme.allCases.flatMap { scheme in
    switch scheme {
    case .http, .https:
      [
        MeasuredWire(scheme, .plain, "", ", plain"), MeasuredWire(scheme, .holons, "-holon", " between Holons"),
        MeasuredWire(scheme, .holonsWithLZ4, "-holon-lz4", " between Holons, LZ4"),
      ]
    default: [MeasuredWire(scheme, .holons, "", ""), MeasuredWire(scheme, .holonsWithLZ4, "-lz4", ", LZ4")]
    }
  }

  /// A transport of the worker `child` to a port of this machine.
  /// - Parameter authority: the PEM file of the one whose certificates are trusted.
  func makeTransport(port: Int, token: String, authority: String, group: any EventLoopGroup) throws -> any Transport {
    var options = HTTPTransportOptions()
    options.features = extras.features
    options.compression = extras == .holonsWithLZ4 ? options.compression : nil
    if scheme.isSecure {
      let tls = TLSClientOptions(trust: .file(authority), applicationProtocols: scheme.applicationProtocols)
      options.tls = TLSClientContexts(try TLSClientContext(tls))
    }
    let parent = Endpoint(scheme: scheme.rawValue, host: "127.0.0.1", port: port)
    switch scheme {
    case .http, .https:
      return try HTTPTransport(endpoint: parent, workerID: "child", token: token, group: group, options: options)
    case .ws, .wss:
      return try WebSocketTransport(endpoint: parent, workerID: "child", token: token, group: group, options: options)
    #if GRPC
      case .grpc, .grpcs:
        return try GRPCTransport(endpoint: parent, workerID: "child", token: token, group: group, options: options)
    #endif
    }
  }

  /// Of a handler that has what the wire may use.
  func makeListener(_ certificate: ServerCertificate, group: MultiThreadedEventLoopGroup) throws -> any Listener {
    let compression = extras == .holonsWithLZ4 ? CompressionStatistics() : nil
    let tls = scheme.isSecure ? try certificate.serverContexts(protocols: scheme.applicationProtocols) : nil
    switch scheme {
    case .http, .https, .ws, .wss:
      return HTTPListener(
        host: "127.0.0.1", port: 0, group: group, tls: tls, features: extras.features, compression: compression)
    #if GRPC
      case .grpc, .grpcs:
        return GRPCListener(
          host: "127.0.0.1", port: 0, group: group, tls: tls, features: extras.features, compression: compression)
    #endif
    }
  }
}

extension ServerCertificate {
  fileprivate func serverContexts(protocols: [String]) throws -> TLSServerContexts {
    let identity = TLSIdentity(certificate: certificate, key: key)
    return TLSServerContexts(
      try TLSServerContext(TLSServerOptions(identity: identity, applicationProtocols: protocols)))
  }
}
