import COpenSSL
import Glibc

/// A list of revoked certificates under construction.
struct RevocationListBuilder: ~Copyable {
  private let list: OpaquePointer
  private static let attempt = "make a list of revoked certificates"

  init(issuer: Certificate, number: Int, thisUpdate: Int, nextUpdate: Int) throws(PKIFailure) {
    ERR_clear_error()
    let list = try expect(X509_CRL_new(), Self.attempt)
    do throws(PKIFailure) {
      try Self.fill(list, issuer, number, thisUpdate, nextUpdate)
    } catch {
      X509_CRL_free(list)
      throw error
    }
    self.list = list
  }

  deinit {
    X509_CRL_free(list)
  }

  private static func fill(
    _ list: OpaquePointer, _ issuer: Certificate, _ number: Int, _ thisUpdate: Int, _ nextUpdate: Int
  ) throws(PKIFailure) {
    try expect(X509_CRL_set_version(list, 1), attempt)
    try expect(X509_CRL_set_issuer_name(list, X509_get_subject_name(issuer.handle.certificate)), attempt)
    try withTime(thisUpdate) { X509_CRL_set1_lastUpdate(list, $0) }
    try withTime(nextUpdate) { X509_CRL_set1_nextUpdate(list, $0) }
    let counter = try expect(ASN1_INTEGER_new(), attempt)
    defer { ASN1_INTEGER_free(counter) }
    try expect(ASN1_INTEGER_set_int64(counter, Int64(number)), attempt)
    try expect(X509_CRL_add1_ext_i2d(list, NID_crl_number, counter, 0, 0), attempt)
    var context = X509V3_CTX()
    X509V3_set_ctx(&context, issuer.handle.certificate, nil, nil, list, 0)
    let identifier = try expect(
      X509V3_EXT_conf_nid(nil, &context, NID_authority_key_identifier, "keyid:always"), attempt)
    defer { X509_EXTENSION_free(identifier) }
    try expect(X509_CRL_add_ext(list, identifier, -1), attempt)
  }

  private static func withTime(
    _ unixSeconds: Int, _ body: (UnsafeMutablePointer<ASN1_TIME>) -> Int32
  ) throws(PKIFailure) {
    let time = try expect(ASN1_TIME_set(nil, time_t(unixSeconds)), attempt)
    defer { ASN1_TIME_free(time) }
    try expect(body(time), attempt)
  }

  func add(serial: String, at unixSeconds: Int) throws(PKIFailure) {
    let entry = try expect(X509_REVOKED_new(), Self.attempt)
    do throws(PKIFailure) {
      try Self.fill(entry, serial, unixSeconds)
      // The list owns it from here on.
      try expect(X509_CRL_add0_revoked(list, entry), Self.attempt)
    } catch {
      X509_REVOKED_free(entry)
      throw error
    }
  }

  private static func fill(_ entry: OpaquePointer, _ serial: String, _ unixSeconds: Int) throws(PKIFailure) {
    var number: OpaquePointer?
    guard BN_hex2bn(&number, serial) == serial.utf8.count, let number else {
      throw PKIFailure(.malformed, "'\(serial)' is not a serial number")
    }
    defer { BN_free(number) }
    let integer = try expect(BN_to_ASN1_INTEGER(number, nil), attempt)
    defer { ASN1_INTEGER_free(integer) }
    try expect(X509_REVOKED_set_serialNumber(entry, integer), attempt)
    try withTime(unixSeconds) { X509_REVOKED_set_revocationDate(entry, $0) }
  }

  consuming func sign(with key: PrivateKey) throws(PKIFailure) -> String {
    try expect(X509_CRL_sort(list), Self.attempt)
    guard X509_CRL_sign(list, key.handle.key, EVP_sha256()) > 0 else { throw .openSSL(Self.attempt) }
    return try MemoryText.writing(Self.attempt) { PEM_write_bio_X509_CRL($0, list) }
  }
}
