public import NIOCore
import NIOPosix
public import RXON
import RXONLZ4
import RXONLink
public import RXONWire

/// A worker's link to its parent over one multiplexed WebSocket (`ws`, `wss`), which carries all calls, tasks, events and
/// commands both ways. Where the parent has no such link, as the reference has none, it is an ``HTTPTransport``.
public final class WebSocketTransport: CallTransport {
  public let calls: TransportCalls

  /// - Parameters:
  ///   - endpoint: `ws://host[:port][/prefix]`, or `wss` for an encrypted connection.
  ///   - workerID: the identity under which the transport speaks.
  ///   - token: as for an ``HTTPTransport``.
  ///   - group: one of its event loops is used.
  /// - Throws: ``TransportError`` of kind `unsendable` when one of these cannot be used.
  public convenience init(
    endpoint: Endpoint, workerID: String, token: String,
    group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    options: HTTPTransportOptions = HTTPTransportOptions()
  ) throws(TransportError) {
    let wire = try WebSocketWire(endpoint: endpoint, group: group, options: options)
    try self.init(over: wire, workerID: workerID, token: token, options: options, ownsWire: true)
  }

  /// - Parameter ownsWire: whether closing the transport closes the wire, which other workers may share.
  package init(
    over wire: WebSocketWire, workerID: String, token: String, options: HTTPTransportOptions, ownsWire: Bool
  ) throws(TransportError) {
    calls = try TransportCalls(
      workerID: workerID, token: token, wire: wire.wire, clock: wire.clock, ownsWire: ownsWire,
      options: options.ofCalls)
  }
}

/// One WebSocket to a parent, for one or more workers.
package struct WebSocketWire: Sendable {
  let wire: LinkOrCallsWire
  /// The parent's.
  package let clock: ParentClock

  /// - Throws: ``TransportError`` of kind `unsendable` when the endpoint cannot be used.
  package init(
    endpoint: Endpoint, group: any EventLoopGroup, options: HTTPTransportOptions
  ) throws(TransportError) {
    let calls = try HTTPWire(endpoint: endpoint, group: group, options: options)
    let opener = WebSocketLinkOpener(
      dialler: calls.pool.dialler, endpoint: endpoint, options: options, connections: calls.pool.connections)
    let link = LinkWire(
      opener: opener, eventLoop: calls.pool.eventLoop, options: options.ofLinks, clock: calls.clock)
    wire = LinkOrCallsWire(link: link, calls: calls)
    clock = calls.clock
  }

  /// Ends all calls and the link. Idempotent.
  package func close() async { await wire.close() }
}

extension HTTPTransportOptions {
  package var ofLinks: LinkOptions {
    var link = LinkOptions(statistics: compression ?? CompressionStatistics())
    link.features = offeredFeatures
    link.callTimeout = callTimeout
    link.presenceTimeout = presenceTimeout
    link.pollGrace = pollGrace
    link.answerSize = answerSize
    return link
  }
}
