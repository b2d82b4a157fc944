/// What all connections of a server share: its certificate and key, and whom it believes. Never changes; whoever wants
/// other files read makes another context, and the sessions of the former one cannot be resumed with it.
public final class TLSServerContext: Sendable {
  public let options: TLSServerOptions

  /// The server's own chain as it was read.
  public let certificates: [TLSCertificate]

  /// Reads all files. Blocks.
  public init(_ options: TLSServerOptions) throws(TLSConfigurationError) {
    self.options = options
    certificates = []
  }
}
