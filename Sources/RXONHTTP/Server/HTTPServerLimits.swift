public import NIOCore

/// The limits of an ``HTTPServer``. Everything that a peer could make grow without end has one.
public struct HTTPServerLimits: Sendable, Hashable {
  /// Bytes of a request's body; more is answered 413. Default 8 MiB.
  public var bodySize = 8 << 20
  /// Bytes of one header field or of the request line; more is answered 431. Default 16 KiB.
  public var headerFieldSize = 16 << 10
  /// Bytes of all header fields together; more is answered 431. Default 64 KiB.
  public var headerListSize = 64 << 10
  /// Header fields, trailers included; more is answered 431. Default 100.
  public var headerFieldCount = 100
  /// Bytes of one message on an upgraded connection. Default 1 MiB.
  public var webSocketMessageSize = 1 << 20

  /// Connections at once; further ones are answered 503. Default 10,000.
  public var connections = 10_000
  /// Connections at once from one address (an IPv6 address counts by its first 64 bits); further ones are answered 429.
  /// Default: no limit of its own.
  public var connectionsPerAddress = Int.max
  /// Connections at once of one client, once it has proven who it is; further ones are answered 429. Default: no limit.
  public var connectionsPerClient = Int.max
  /// Complete requests that may wait on one connection behind the one being answered. Reading stops at the limit, so
  /// at most what had been read by then comes on top. Default 8.
  public var pipelinedRequests = 8

  /// From the first byte of a request to the end of its header. Default 15 s.
  public var headerTimeout = TimeAmount.seconds(15)
  /// In each span of this length the rest of a body must come, or as much of it as ``minimumBodyRate`` asks for.
  /// Default 10 s.
  public var bodyTimeout = TimeAmount.seconds(10)
  /// Bytes a second that a body must keep up over each ``bodyTimeout``. Default 1 KiB.
  public var minimumBodyRate = 1 << 10
  /// Between requests. A request that is being answered may take any time. Default 120 s.
  public var idleTimeout = TimeAmount.seconds(120)
  /// How long a connection that ends with an error is read on, so that the peer comes to read the answer. Default 2 s.
  public var lingerTimeout = TimeAmount.seconds(2)
  /// Between two pings on an upgraded connection. Default 15 s.
  public var pingInterval = TimeAmount.seconds(15)
  /// Within this time a pong must follow, else the connection is closed. Default 10 s.
  public var pongTimeout = TimeAmount.seconds(10)

  public init() {}
}
