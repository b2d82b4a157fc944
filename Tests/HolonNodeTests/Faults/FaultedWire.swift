import RXONTLS
import TestSupport

/// A wire between two nodes, as the response-loss matrix goes over it.
enum FaultedWire: String, CaseIterable {
  case http, https, ws, wss
  #if GRPC
    case grpc, grpcs
  #endif

  /// What can be lost on it.
  var calls: [Fault.Call] { Fault.Call.allCases.filter { $0 != .opening || isLink } }

  private var isLink: Bool { self != .http && self != .https }

  func makeReader() -> any ExchangeReader {
    switch self {
    case .http, .https: HTTPExchanges()
    case .ws, .wss: WebSocketLinkExchanges()
    #if GRPC
      case .grpc, .grpcs: GRPCLinkExchanges()
    #endif
    }
  }

  // MARK: The nodes

  /// The upper node's listener for it, besides the one over plain HTTP.
  func listener(port: Int) throws -> [String: String] {
    let url = ["listen[1].url": "\(listenerScheme)://127.0.0.1:\(port)"]
    guard isSecure else { return url }
    let identity = try WireCertificates.files.listener
    let tls = ["listen[1].tls.certificate": identity.certificate, "listen[1].tls.key": identity.key]
    return url.merging(tls) { $1 }
  }

  /// The lower node's uplink.
  func uplink(port: Int) throws -> [String: String] {
    let url = ["uplinks[0].url": "\(rawValue)://127.0.0.1:\(port)"]
    guard isSecure else { return url }
    return url.merging(["uplinks[0].tls.ca": try WireCertificates.files.authority]) { $1 }
  }

  private var listenerScheme: String {
    switch self {
    case .ws: FaultedWire.http.rawValue
    case .wss: FaultedWire.https.rawValue
    default: rawValue
    }
  }

  private var isSecure: Bool { listenerScheme.hasSuffix("s") }

  // MARK: The proxy between them

  /// Nil where the wire is not encrypted.
  func makeDecryption() throws -> FaultProxy.Decryption? {
    guard isSecure else { return nil }
    let protocols = listenerScheme == FaultedWire.https.rawValue ? ["http/1.1"] : ["h2"]
    return FaultProxy.Decryption(
      below: try WireCertificates.serverContexts(protocols: protocols, clientCertificates: .none).current,
      above: try WireCertificates.clientContexts(protocols: protocols).current)
  }
}
