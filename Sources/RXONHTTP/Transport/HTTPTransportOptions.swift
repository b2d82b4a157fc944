public import NIOCore
public import RXON
public import RXONLZ4
public import RXONSignatures
public import RXONTLS

/// Times and limits of an ``HTTPTransport``.
public struct HTTPTransportOptions: Sendable {
  /// For name look-up and connection. Default 10 s.
  public var connectTimeout = TimeAmount.seconds(10)
  /// Through which proxy, and by which interface of this machine. Default: none, and what the system chooses.
  public var route = DialRoute()
  /// From a call to the end of its answer. Default 30 s.
  public var callTimeout = TimeAmount.seconds(30)
  /// The same for registrations and heartbeats: they are small, and tell whether the parent is there. Default 15 s.
  public var presenceTimeout = TimeAmount.seconds(15)
  /// What a poll may take on top of the wait that it asks for. Default 5 s.
  public var pollGrace = TimeAmount.seconds(5)
  /// After this time without a call a connection is closed; shorter than servers commonly wait. Default 30 s.
  public var idleTimeout = TimeAmount.seconds(30)
  /// Connections at once, besides the command channel. Default 64.
  public var connections = 64
  /// Of those, how many may wait in polls, so that results get through whatever is polled. Default 56.
  public var pollConnections = 56
  /// Bytes of an answer. Default 64 MiB.
  public var answerSize = 64 << 20
  /// Bytes of a command. Default 1 MiB.
  public var commandSize = 1 << 20
  /// Commands that may wait to be taken from the stream; the channel is given up beyond. Default 1,024.
  public var waitingCommands = 1024
  /// Between two pings on the command channel. Default 15 s.
  public var pingInterval = TimeAmount.seconds(15)
  /// Within this time a pong must follow, else the command channel is lost. Default 10 s.
  public var pongTimeout = TimeAmount.seconds(10)
  /// How to check the parent, and what to show it, where the URL's scheme is `https` or `wss`; nil trusts what the system
  /// trusts.
  public var tls: TLSClientContexts?
  /// Signs messages in place of the token; the parent must know the key that belongs to it.
  public var signer: (any Signer)?
  /// Counts what compression with LZ4 saves, which is used with a parent that understands it; nil for none.
  public var compression: CompressionStatistics? = CompressionStatistics()
  /// What this side offers a Holon beyond plain RXON. Default: all of it.
  public var features = HolonFeatures.all

  var offeredFeatures: HolonFeatures { compression == nil ? features.subtracting(.lz4) : features }

  /// Told of commands that cannot be read; they are left out.
  public var malformedCommand: (@Sendable (_ problem: String) -> Void)?

  public init() {}
}
