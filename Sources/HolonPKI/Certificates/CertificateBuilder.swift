import COpenSSL
import Glibc
import RXONSignatures

/// A certificate under construction.
struct CertificateBuilder: ~Copyable {
  private let certificate: OpaquePointer
  private static let attempt = "make a certificate"

  /// - Parameters:
  ///   - validity: from and to, in Unix seconds.
  init(commonName: String, key: PublicKey, validity: ClosedRange<Int>) throws(PKIFailure) {
    ERR_clear_error()
    let certificate = try expect(X509_new(), Self.attempt)
    do throws(PKIFailure) {
      try Self.fill(certificate, commonName, key, validity)
    } catch {
      X509_free(certificate)
      throw error
    }
    self.certificate = certificate
  }

  deinit {
    X509_free(certificate)
  }

  private static func fill(
    _ certificate: OpaquePointer, _ commonName: String, _ key: PublicKey, _ validity: ClosedRange<Int>
  ) throws(PKIFailure) {
    try expect(X509_set_version(certificate, 2), attempt)
    try setSerial(of: certificate)
    _ = try expect(ASN1_TIME_set(X509_getm_notBefore(certificate), time_t(validity.lowerBound)), attempt)
    _ = try expect(ASN1_TIME_set(X509_getm_notAfter(certificate), time_t(validity.upperBound)), attempt)
    let subject = try expect(X509_get_subject_name(certificate), attempt)
    try expect(
      X509_NAME_add_entry_by_NID(
        subject, NID_commonName, MBSTRING_UTF8, Array(commonName.utf8), Int32(clamping: commonName.utf8.count), -1, 0),
      attempt)
    try expect(X509_set_pubkey(certificate, key.handle.key), attempt)
  }

  /// 126 random bits below a set one: positive, never short (RFC 5280 §4.1.2.2).
  private static func setSerial(of certificate: OpaquePointer) throws(PKIFailure) {
    var bytes = SecureRandom.bytes(16)
    bytes[0] = bytes[0] & 0x3f | 0x40
    let number = try expect(BN_bin2bn(bytes, Int32(bytes.count), nil), attempt)
    defer { BN_free(number) }
    _ = try expect(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)), attempt)
  }

  /// - Parameter value: as OpenSSL's x509v3_config(5) writes it; only of checked parts.
  func extend(_ identifier: Int32, _ value: String, issuer: OpaquePointer?) throws(PKIFailure) {
    var context = X509V3_CTX()
    X509V3_set_ctx(&context, issuer ?? certificate, certificate, nil, nil, 0)
    let made = try expect(X509V3_EXT_conf_nid(nil, &context, identifier, value), Self.attempt)
    defer { X509_EXTENSION_free(made) }
    try expect(X509_add_ext(certificate, made, -1), Self.attempt)
  }

  /// - Parameter issuer: nil for a certificate that is signed with its own key.
  consuming func sign(with key: PrivateKey, issuer: Certificate?) throws(PKIFailure) -> Certificate {
    let name = X509_get_subject_name(issuer?.handle.certificate ?? certificate)
    try expect(X509_set_issuer_name(certificate, name), Self.attempt)
    guard X509_sign(certificate, key.handle.key, EVP_sha256()) > 0 else { throw .openSSL(Self.attempt) }
    X509_up_ref(certificate)
    return try Certificate(owning: certificate)
  }
}
