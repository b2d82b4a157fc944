import COpenSSL
import Glibc

extension TLSCertificate {
  /// Reads the fields of an `X509`, which stays the caller's.
  /// - Returns: nil when its dates, serial number or digest cannot be had.
  init?(_ certificate: OpaquePointer) {
    guard let notBefore = Self.seconds(X509_get0_notBefore(certificate)),
      let notAfter = Self.seconds(X509_get0_notAfter(certificate)),
      let serialNumber = Self.serialNumber(of: certificate), let digest = CertificateDigest(of: certificate),
      let subject = X509_get_subject_name(certificate), let issuer = X509_get_issuer_name(certificate)
    else { return nil }
    let names = AlternativeNames(of: certificate)
    self.init(
      commonName: DistinguishedName.commonName(of: subject), dnsNames: names.dns, uriNames: names.uris,
      ipAddresses: names.addresses, subject: DistinguishedName.text(of: subject),
      issuer: DistinguishedName.text(of: issuer), serialNumber: serialNumber, fingerprint: digest.hexadecimal,
      notBefore: notBefore, notAfter: notAfter)
    OpenSSLErrors.clear()
  }

  /// An `ASN1_TIME` in seconds since 1970.
  static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
    var fields = tm()
    guard let time, ASN1_TIME_to_tm(time, &fields) == 1 else { return nil }
    return Int64(timegm(&fields))
  }

  private static func serialNumber(of certificate: OpaquePointer) -> String? {
    guard let serial = X509_get0_serialNumber(certificate), let number = ASN1_INTEGER_to_BN(serial, nil) else {
      return nil
    }
    defer { BN_free(number) }
    guard let digits = BN_bn2hex(number) else { return nil }
    defer { CRYPTO_free(digits, nil, 0) }
    return String(cString: digits).lowercased()
  }
}
