public import NIOCore

/// Speaks TLS on a channel: plaintext on the side of the handlers behind it, records on the network's.
///
/// `channelActive` is passed on at once, before the handshake. Handlers behind may write and flush in it: what they
/// write is kept and sent when the handshake is over. They get ``TLSHandshakeCompleted`` then, or `errorCaught` with a
/// ``TLSError`` and `channelInactive`.
public final class TLSHandler: ChannelDuplexHandler {
  public typealias InboundIn = ByteBuffer
  public typealias InboundOut = ByteBuffer
  public typealias OutboundIn = IOData
  public typealias OutboundOut = ByteBuffer

  /// What was agreed upon; nil before the end of the handshake. For the channel's event loop only.
  public private(set) var session: TLSSession?

  /// The side that is called.
  public init(server: TLSServerContext) {}

  /// The side that calls.
  /// - Parameters:
  ///   - host: the name or address that is dialled, an IPv6 address with or without brackets. The server's certificate
  ///     must have it, unless the options say otherwise.
  ///   - port: tells apart the servers whose sessions are resumed.
  public init(client: TLSClientContext, host: String, port: Int) {}
}

@available(*, unavailable)
extension TLSHandler: Sendable {}
