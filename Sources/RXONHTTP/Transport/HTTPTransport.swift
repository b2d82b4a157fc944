public import NIOCore
import NIOPosix
public import RXON
import RXONTLS
public import RXONWire

/// A worker's link to its parent over HTTP/1.1, with the WebSocket for commands (protocol §1).
///
/// Everything runs on one event loop. The methods may be called from anywhere; called from an actor on that loop they
/// change no thread.
public final class HTTPTransport: CallTransport {
  public let calls: TransportCalls

  /// - Parameters:
  ///   - url: `http://host[:port][/prefix]`, or `https` for an encrypted connection.
  ///   - workerID: the identity under which the transport speaks.
  ///   - token: authenticates and signs, until the parent issues an access token; then it signs only, and that only where
  ///     the parent is no Holon.
  ///   - group: one of its event loops is used.
  /// - Throws: ``TransportError`` of kind `unsendable` when one of these cannot be used.
  public convenience init(
    url: String, workerID: String, token: String, group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    options: HTTPTransportOptions = HTTPTransportOptions()
  ) throws(TransportError) {
    let endpoint: Endpoint
    do throws(EndpointError) {
      endpoint = try Endpoint(url)
    } catch {
      throw TransportError(.unsendable, error.description)
    }
    try self.init(endpoint: endpoint, workerID: workerID, token: token, group: group, options: options)
  }

  /// As ``init(url:workerID:token:group:options:)``.
  public convenience init(
    endpoint: Endpoint, workerID: String, token: String,
    group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    options: HTTPTransportOptions = HTTPTransportOptions()
  ) throws(TransportError) {
    let wire = try HTTPWire(endpoint: endpoint, group: group, options: options)
    try self.init(over: wire, workerID: workerID, token: token, options: options, ownsWire: true)
  }

  /// - Parameter ownsWire: whether closing the transport closes the wire, which other workers may share.
  package init(
    over wire: HTTPWire, workerID: String, token: String, options: HTTPTransportOptions, ownsWire: Bool
  ) throws(TransportError) {
    calls = try TransportCalls(
      workerID: workerID, token: token, wire: wire, clock: wire.clock, ownsWire: ownsWire, options: options.ofCalls)
  }
}

extension HTTPTransportOptions {
  package var ofCalls: TransportCalls.Options {
    var calls = TransportCalls.Options()
    calls.signer = signer
    calls.answerSize = answerSize
    calls.waitingCommands = waitingCommands
    calls.malformedCommand = malformedCommand
    return calls
  }
}
