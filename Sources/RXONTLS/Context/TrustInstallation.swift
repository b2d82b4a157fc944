import COpenSSL
import Glibc

/// Tells a context whom to believe.
enum TrustInstallation {
  /// The longest list of names that a server sends along when it asks for a certificate.
  private static let authorityNameLimit = 64

  private static let depthLimit: Int32 = 10

  static func install(
    _ trust: TLSTrust, in context: OpaquePointer, side: SSLContext.Side
  ) throws(TLSConfigurationError) {
    // Whatever is named as trusted ends a chain, be it signed by itself or by others.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), UInt(X509_V_FLAG_PARTIAL_CHAIN))
    SSL_CTX_set_verify_depth(context, depthLimit)
    switch trust {
    case .system: try installSystem(in: context)
    case .file(let path): try install(file: path, in: context, side: side)
    case .authority: break
    }
  }

  private static func install(
    file path: String, in context: OpaquePointer, side: SSLContext.Side
  ) throws(TLSConfigurationError) {
    let file = try CredentialFile(path, for: .authorities)
    let authorities = try file.certificates()
    let store = SSL_CTX_get_cert_store(context)
    for (index, authority) in authorities.enumerated() {
      guard X509_STORE_add_cert(store, authority.pointer) == 1 else {
        throw file.invalid("OpenSSL refuses its certificate no. \(index + 1) (\(OpenSSLErrors.takeText())); remove it")
      }
    }
    guard side == .server, authorities.count <= authorityNameLimit else { return }
    for authority in authorities {
      SSL_CTX_add_client_CA(context, authority.pointer)
    }
  }

  private static func installSystem(in context: OpaquePointer) throws(TLSConfigurationError) {
    let file = place(variable: X509_get_default_cert_file_env(), default: X509_get_default_cert_file())
    let directory = place(variable: X509_get_default_cert_dir_env(), default: X509_get_default_cert_dir())
    guard SSL_CTX_set_default_verify_paths(context) == 1, access(file, R_OK) == 0 || hasEntries(directory) else {
      throw TLSConfigurationError(
        .unreadable, file: file,
        "this system trusts nobody: neither '\(file)' nor '\(directory)' has certificates; install ca-certificates, "
          + "or name the file of the authority to trust")
    }
  }

  private static func place(variable: UnsafePointer<CChar>, default fallback: UnsafePointer<CChar>) -> String {
    String(cString: getenv(variable).map { UnsafePointer($0) } ?? fallback)
  }

  private static func hasEntries(_ directory: String) -> Bool {
    guard let stream = opendir(directory) else { return false }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      if entry.pointee.d_name.0 != UInt8(ascii: ".") { return true }
    }
    return false
  }
}
