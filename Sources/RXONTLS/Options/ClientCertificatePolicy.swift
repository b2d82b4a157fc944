/// Whether a server asks its clients for a certificate.
public enum ClientCertificatePolicy: String, Sendable, Hashable, CaseIterable {
  /// Clients are not asked.
  case none

  /// Clients are asked and may decline. A certificate that is not good ends the handshake nevertheless.
  case optional

  /// A client without a good certificate does not get in.
  case required
}
