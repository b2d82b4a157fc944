/// What the two sides agreed upon.
public struct TLSSession: Sendable, Hashable {
  public let version: TLSVersion

  /// By OpenSSL's name, such as `TLS_AES_256_GCM_SHA384`.
  public let cipher: String

  /// The outcome of ALPN; nil when the two sides have no protocol in common or one does not ask.
  public let applicationProtocol: String?

  /// Whether an earlier session went on, without certificates being exchanged.
  public let isResumed: Bool

  /// The peer's certificate, verified; also that of a resumed session. Nil for a client that showed none.
  public let peer: TLSCertificate?
}

/// The inbound user event that tells the end of a good handshake.
public struct TLSHandshakeCompleted: Sendable, Hashable {
  public let session: TLSSession
}
