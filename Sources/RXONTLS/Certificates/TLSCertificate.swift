/// What a certificate says. Copies of its fields; nothing of OpenSSL's is held.
///
/// A name that is not what it seems (a NUL or another control character in it, not valid text in its encoding) is left
/// out, so that nobody is taken for somebody else.
public struct TLSCertificate: Sendable, Hashable {
  /// The common name of the subject; nil also when there are several.
  public let commonName: String?

  /// The subject's alternative names, each kind in the order of the certificate.
  public let dnsNames: [String]
  public let uriNames: [String]

  /// In their usual text form, IPv6 compressed.
  public let ipAddresses: [String]

  /// The whole name as RFC 4514 writes it, with control characters escaped.
  public let subject: String
  public let issuer: String

  /// In lower-case hexadecimal digits.
  public let serialNumber: String

  /// The SHA-256 digest of the certificate's DER form, in 64 lower-case hexadecimal digits.
  public let fingerprint: String

  /// The first and the last second of its validity, in seconds since 1970.
  public let notBefore: Int64
  public let notAfter: Int64

  /// All certificates of a PEM file, in its order. Anything else in the file is passed over.
  /// - Throws: ``TLSConfigurationError`` when the file cannot be read or has no certificate, or a damaged one.
  public static func certificates(inFile path: String) throws(TLSConfigurationError) -> [TLSCertificate] {
    let file = try CredentialFile(path, for: .certificate)
    return try all(of: try file.certificates(), in: file)
  }

  static func all(
    of objects: [OpenSSLObject], in file: borrowing CredentialFile
  ) throws(TLSConfigurationError) -> [TLSCertificate] {
    var certificates: [TLSCertificate] = []
    for (index, object) in objects.enumerated() {
      guard let certificate = TLSCertificate(object.pointer) else {
        throw file.invalid("its certificate no. \(index + 1) has no readable validity or serial number; get another")
      }
      certificates.append(certificate)
    }
    return certificates
  }
}
