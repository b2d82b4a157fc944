public import NIOCore

/// One request of a connection, waiting for its answer. It stays on the connection as long as nobody answers it, which
/// is all that a long poll is.
///
/// Its methods may be called from any thread and are at their fastest on the connection's event loop.
public final class HTTPExchange: @unchecked Sendable {
  // Unchecked: all mutable state is confined to `eventLoop`.
  public let eventLoop: any EventLoop
  private var connection: HTTPServerConnection?
  private var abandonment: (@Sendable () -> Void)?
  private var isAbandoned = false

  private(set) var persistence: HTTPPersistence
  /// The answer to a HEAD request has no body.
  let isHead: Bool
  /// The client takes `lz4`.
  let acceptsLZ4: Bool

  init(
    connection: HTTPServerConnection, eventLoop: any EventLoop, persistence: HTTPPersistence, isHead: Bool,
    acceptsLZ4: Bool
  ) {
    self.connection = connection
    self.eventLoop = eventLoop
    self.persistence = persistence
    self.isHead = isHead
    self.acceptsLZ4 = acceptsLZ4
  }

  /// Answers the request. A second answer is ignored.
  /// - Parameter written: told once, on the event loop, whether the answer was handed to the network; false when the
  ///   client was gone or the request had its answer.
  public func answer(_ response: HTTPResponse, written: (@Sendable (Bool) -> Void)? = nil) {
    onEventLoop { exchange in
      guard let connection = exchange.detach() else {
        written?(false)
        return
      }
      connection.write(response, answering: exchange, written: written)
    }
  }

  /// Turns the connection into a WebSocket in place of an answer. A malformed handshake is answered 400.
  /// - Parameter accept: called on the event loop when the WebSocket is open; what it returns is told what happens
  ///   there. Never called when the client is gone.
  public func upgrade(_ request: HTTPRequest, accept: @escaping @Sendable (WebSocket) -> any WebSocketDelegate) {
    upgrade(request, keepAlive: nil, maximumMessageSize: nil, accept: accept)
  }

  /// - Parameters:
  ///   - keepAlive: nil is that of the server's limits.
  ///   - maximumMessageSize: in bytes; nil is that of the server's limits.
  func upgrade(
    _ request: HTTPRequest, keepAlive: WebSocketKeepAlive?, maximumMessageSize: Int?,
    accept: @escaping @Sendable (WebSocket) -> any WebSocketDelegate
  ) {
    onEventLoop { exchange in
      exchange.detach()?.upgrade(
        request, answering: exchange, keepAlive: keepAlive, maximumMessageSize: maximumMessageSize, accept: accept)
    }
  }

  /// Asks to be told, at most once, when the client goes away before its answer. Told at once if it is gone already.
  public func onAbandoned(_ action: @escaping @Sendable () -> Void) {
    onEventLoop { exchange in
      if exchange.isAbandoned {
        action()
      } else if exchange.connection != nil {
        exchange.abandonment = action
      }
    }
  }

  /// Counts the connection as one of `client`, which has proven by this request that it is it.
  ///
  /// To be called on the event loop, before the answer; elsewhere it does nothing.
  /// - Returns: false when the client has as many connections as it may: the answer, which should say so, is the
  ///   connection's last.
  public func attribute(to client: String) -> Bool {
    guard eventLoop.inEventLoop, let connection, !connection.attribute(to: client) else { return true }
    persistence = .close
    return false
  }

  /// The connection is gone.
  func abandon() {
    eventLoop.assertInEventLoop()
    guard detach(keepingAbandonment: true) != nil else { return }
    isAbandoned = true
    let action = abandonment
    abandonment = nil
    action?()
  }

  @discardableResult
  private func detach(keepingAbandonment: Bool = false) -> HTTPServerConnection? {
    let attached = connection
    connection = nil
    if !keepingAbandonment {
      abandonment = nil
    }
    return attached
  }

  @inline(__always)
  private func onEventLoop(_ action: @escaping @Sendable (HTTPExchange) -> Void) {
    if eventLoop.inEventLoop {
      action(self)
    } else {
      eventLoop.execute { action(self) }
    }
  }
}
