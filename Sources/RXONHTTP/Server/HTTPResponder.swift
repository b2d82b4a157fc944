/// Answers the requests of an ``HTTPServer``.
public protocol HTTPResponder: Sendable {
  /// Called on the event loop of the connection; must not block. The exchange must be answered exactly once, now or
  /// later, from any thread. Requests of one connection are handed over one after the other.
  func respond(to request: HTTPRequest, _ exchange: HTTPExchange)
}
