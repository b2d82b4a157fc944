import COpenSSL
import Glibc
import RXONSignatures

/// An X.509 certificate (RFC 5280). Thread-safe.
public struct Certificate: Sendable {
  let handle: CertificateHandle
  /// Unix seconds.
  public let notBefore: Int
  /// Unix seconds.
  public let notAfter: Int
  /// In lower-case hexadecimal digits.
  public let serial: String

  /// Takes ownership of `certificate`.
  init(owning certificate: OpaquePointer) throws(PKIFailure) {
    handle = CertificateHandle(owning: certificate)
    notBefore = try Self.unixSeconds(X509_get0_notBefore(certificate))
    notAfter = try Self.unixSeconds(X509_get0_notAfter(certificate))
    serial = try Self.hexadecimal(X509_get_serialNumber(certificate))
  }

  /// - Parameter pem: the first certificate in this text is read.
  public init(pem: String) throws(PKIFailure) {
    ERR_clear_error()
    guard let certificate = MemoryText.reading(pem, { PEM_read_bio_X509($0, nil, refusePassword, nil) }) else {
      ERR_clear_error()
      throw PKIFailure(.malformed, "there is no certificate in PEM form")
    }
    try self.init(owning: certificate)
  }

  /// - Parameter der: as TLS carries it.
  public init(der: [UInt8]) throws(PKIFailure) {
    ERR_clear_error()
    let certificate = der.withUnsafeBufferPointer { bytes -> OpaquePointer? in
      var start = bytes.baseAddress
      return d2i_X509(nil, &start, bytes.count)
    }
    guard let certificate else {
      ERR_clear_error()
      throw PKIFailure(.malformed, "this is no certificate in DER form")
    }
    try self.init(owning: certificate)
  }

  public var pem: String {
    get throws(PKIFailure) {
      ERR_clear_error()
      return try MemoryText.writing("write a certificate") { PEM_write_bio_X509($0, handle.certificate) }
    }
  }

  /// SHA-256 of the whole certificate, 32 bytes: what pins an authority.
  public var fingerprint: [UInt8] {
    get throws(PKIFailure) {
      var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
      var length: UInt32 = 0
      try expect(X509_digest(handle.certificate, EVP_sha256(), &digest, &length), "take a fingerprint")
      return Array(digest.prefix(Int(length)))
    }
  }

  /// The common name of its subject; nil when there is none, or more than one.
  public var commonName: String? {
    let subject = X509_get_subject_name(handle.certificate)
    let first = X509_NAME_get_index_by_NID(subject, NID_commonName, -1)
    guard first >= 0, X509_NAME_get_index_by_NID(subject, NID_commonName, first) < 0 else { return nil }
    let value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, first))
    var text: UnsafeMutablePointer<UInt8>?
    let length = ASN1_STRING_to_UTF8(&text, value)
    guard length >= 0, let text else { return nil }
    defer { CRYPTO_free(text, "", 0) }
    return String(validating: UnsafeBufferPointer(start: text, count: Int(length)), as: UTF8.self)
  }

  public func belongs(to key: PrivateKey) -> Bool {
    defer { ERR_clear_error() }
    return X509_check_private_key(handle.certificate, key.handle.key) == 1
  }

  var publicKey: PublicKey {
    get throws(PKIFailure) {
      PublicKey(handle: KeyHandle(owning: try expect(X509_get_pubkey(handle.certificate), "read a public key")))
    }
  }

  func isSigned(by authority: Certificate) -> Bool {
    defer { ERR_clear_error() }
    guard let key = try? authority.publicKey else { return false }
    return X509_check_issued(authority.handle.certificate, handle.certificate) == X509_V_OK
      && X509_verify(handle.certificate, key.handle.key) == 1
  }

  var isAuthority: Bool { X509_check_ca(handle.certificate) == 1 }

  private static func unixSeconds(_ time: UnsafePointer<ASN1_TIME>?) throws(PKIFailure) -> Int {
    var parts = tm()
    try expect(ASN1_TIME_to_tm(time, &parts), "read the time of a certificate")
    return timegm(&parts)
  }

  private static func hexadecimal(_ serial: UnsafeMutablePointer<ASN1_INTEGER>?) throws(PKIFailure) -> String {
    let number = try expect(ASN1_INTEGER_to_BN(serial, nil), "read a serial number")
    defer { BN_free(number) }
    let text = try expect(BN_bn2hex(number), "read a serial number")
    defer { CRYPTO_free(text, "", 0) }
    return String(cString: text).lowercased()
  }
}
