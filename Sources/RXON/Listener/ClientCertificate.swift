/// What a verified client certificate says of its holder (RFC 5280).
///
/// The listener that terminates the connection fills it in, once the chain was verified against the authorities that it
/// trusts; nothing in it is the caller's own word.
public struct ClientCertificate: Sendable, Hashable {
  /// The last common name of the subject.
  public var commonName: String?
  /// The DNS names among the subject alternative names.
  public var dnsNames: [String]
  /// The URIs among the subject alternative names.
  public var uriNames: [String]
  /// SHA-256 of the certificate's DER form, in lower-case hexadecimal.
  public var fingerprint: String
  /// When it ends to be valid, in Unix seconds.
  public var expires: Int

  public init(
    commonName: String?, dnsNames: [String] = [], uriNames: [String] = [], fingerprint: String, expires: Int
  ) {
    self.commonName = commonName
    self.dnsNames = dnsNames
    self.uriNames = uriNames
    self.fingerprint = fingerprint
    self.expires = expires
  }
}
