import COpenSSL
import Glibc

/// How long a session may be resumed. A resumed handshake verifies no certificates, so that it must not go on for longer
/// than those of the handshake it stems from are known to be good.
enum SessionLifetime {
  /// In seconds, from the handshake with certificates, however often it was resumed since.
  private static let limit: Int64 = 24 * 3600

  static func now() -> Int64 {
    Int64(time(nil))
  }

  /// When sessions of a connection that has just verified its peer come to their end, in seconds since 1970.
  static func end(after connection: OpaquePointer, revocationLists: RevocationLists?) -> Int64 {
    let ends = expiries(of: SSL_get0_verified_chain(connection)) + [revocationLists?.outdatedFrom].compactMap { $0 }
    return ends.reduce(now() + limit, min)
  }

  private static func expiries(of chain: OpaquePointer?) -> [Int64] {
    guard let chain else { return [] }
    return (0..<max(0, OPENSSL_sk_num(chain))).map { index in
      let certificate = OPENSSL_sk_value(chain, index).map { OpaquePointer($0) }
      // Zero is long past: what cannot be read is not resumed.
      return TLSCertificate.seconds(certificate.flatMap { X509_get0_notAfter($0) }) ?? 0
    }
  }
}
