#if GRPC
  import NIOCore

  /// How both ends notice that the other one is gone without a word: within ``silence``.
  enum KeepAlive {
    /// From the last byte received to the next HTTP/2 ping.
    static let interval = Duration.seconds(5)
    /// What gRPC waits for the answer to its ping.
    static let timeout = Duration.seconds(6)
    /// Without a byte received, the connection is closed.
    static let silence = TimeAmount.seconds(12)
  }

  enum HTTP2 {
    /// By its name in ALPN (RFC 9113 §3.1).
    static let applicationProtocol = "h2"
    /// Bytes that may be on their way on a stream before the other side has taken them (RFC 9113 §5.2).
    static let window = 1 << 20
  }
#endif
