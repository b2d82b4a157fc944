import NIOCore
import NIOHTTP1
import RXON
import RXONDialling
import RXONTLS
import RXONWire
import Synchronization

/// HTTP/1.1 as the wire of one or more workers to one parent: kept-alive connections for calls, and a WebSocket for each
/// command channel.
package final class HTTPWire: Wire {
  let requests: HTTPRequests
  private let polls: PollBatches
  private let results: ResultBatches
  /// Whether the parent takes batches.
  private let takesBatches = Atomic<Bool>(false)

  var endpoint: Endpoint { requests.endpoint }
  var options: HTTPTransportOptions { requests.options }
  var pool: HTTPConnectionPool { requests.pool }
  /// The parent's.
  package var clock: ParentClock { requests.clock }

  /// - Throws: ``TransportError`` of kind `unsendable` when the endpoint cannot be used.
  package init(
    endpoint: Endpoint, group: any EventLoopGroup, options: HTTPTransportOptions, clock: ParentClock = ParentClock()
  ) throws(TransportError) {
    try Self.checkScheme(of: endpoint)
    let pool = HTTPConnectionPool(
      dialler: Dialler(
        endpoint: endpoint, route: options.route, tls: try options.contexts(for: endpoint),
        timeout: options.connectTimeout),
      eventLoop: group.any(), options: options)
    requests = HTTPRequests(endpoint: endpoint, options: options, pool: pool, clock: clock)
    polls = PollBatches(requests)
    results = ResultBatches(requests)
  }

  private static func checkScheme(of endpoint: Endpoint) throws(TransportError) {
    switch endpoint.scheme {
    case "http", "ws", "https", "wss": break
    default:
      throw TransportError(
        .unsendable, "'\(endpoint)' has the scheme of another transport: use http, https, ws or wss")
    }
  }

  package func send(_ call: WireCall) async throws(TransportError) -> WireReply {
    if takesBatches.load(ordering: .relaxed) {
      if case .poll(let terms) = call.action, terms.lease != nil {
        return try await polls.answer(to: call, terms)
      }
      if case .result = call.action {
        return try await results.answer(to: call)
      }
    }
    let reply = try await requests.answer(to: call)
    if case .register = call.action {
      let both = reply.parent.features.intersection(options.offeredFeatures)
      takesBatches.store(both.contains(.batch), ordering: .relaxed)
    }
    return reply
  }

  package func confirm(_ receipts: [TaskReceipt], of workerID: String, token: String) {
    requests.confirm(receipts, of: workerID)
  }

  package func leave(_ workerID: String) async {
    requests.forgetReceipts(of: workerID)
    polls.leave(workerID)
    results.leave(workerID)
    try? await pool.abandonCalls(of: workerID).get()
  }

  package func close() async {
    try? await pool.close().get()
  }

  func identification(of workerID: String, token: String) -> [(String, String)] {
    requests.identification(of: workerID, token: token)
  }
}

extension HTTPTransportOptions {
  /// Those of the options, else such as trust what the system trusts; nil for a plain endpoint.
  package func contexts(for endpoint: Endpoint) throws(TransportError) -> TLSClientContexts? {
    guard endpoint.isSecure else { return nil }
    if let tls { return tls }
    do throws(TLSConfigurationError) {
      return TLSClientContexts(try TLSClientContext(TLSClientOptions()))
    } catch {
      throw TransportError(.unsendable, error.message)
    }
  }
}
