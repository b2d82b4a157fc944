import COpenSSL

/// Puts a certificate chain and its key into a context.
enum IdentityInstallation {
  /// - Returns: the chain.
  static func install(
    _ identity: TLSIdentity, in context: OpaquePointer
  ) throws(TLSConfigurationError) -> [TLSCertificate] {
    let file = try CredentialFile(identity.certificate, for: .certificate)
    let chain = try file.certificates()
    let certificates = try TLSCertificate.all(of: chain, in: file)
    let key = try PrivateKey.read(identity)
    try check(key, fits: chain, of: identity)
    for (index, certificate) in chain.enumerated() {
      let isInstalled =
        index == 0
        ? SSL_CTX_use_certificate(context, certificate.pointer)
        : COpenSSL_CTX_add1_chain_cert(context, certificate.pointer)
      guard isInstalled == 1 else { throw refusal(identity.certificate, number: index + 1) }
    }
    guard SSL_CTX_use_PrivateKey(context, key.pointer) == 1, SSL_CTX_check_private_key(context) == 1 else {
      throw TLSConfigurationError(
        .internal, file: "\(KeyLocation(identity.key))",
        "private key '\(KeyLocation(identity.key))': OpenSSL cannot use it (\(OpenSSLErrors.takeText())); "
          + "use an RSA, ECDSA or Ed25519 key")
    }
    return certificates
  }

  private static func check(
    _ key: OpenSSLObject, fits chain: [OpenSSLObject], of identity: TLSIdentity
  ) throws(TLSConfigurationError) {
    let match = chain.firstIndex { X509_check_private_key($0.pointer, key.pointer) == 1 }
    OpenSSLErrors.clear()
    guard match != 0 else { return }
    let place = "\(KeyLocation(identity.key))"
    let remedy =
      if let match {
        "it belongs to no. \(match + 1) of that file, which must come first"
      } else {
        "name the two that were made together"
      }
    throw TLSConfigurationError(
      .keyMismatch, file: place,
      "private key '\(place)': it does not belong to the certificate in '\(identity.certificate)'; \(remedy)")
  }

  private static func refusal(_ file: String, number: Int) -> TLSConfigurationError {
    let text = OpenSSLErrors.takeText()
    return TLSConfigurationError(
      .refusedByPolicy, file: file,
      "certificate file '\(file)': its certificate no. \(number) is not allowed by this system's policy (\(text)); "
        + "have one issued with a stronger key and SHA-256")
  }
}
