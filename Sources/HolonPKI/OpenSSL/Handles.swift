import COpenSSL

/// An asymmetric key of OpenSSL's, freed with its last reference.
final class KeyHandle: Sendable {
  // Never changed after its creation; OpenSSL lets any number of threads use such a key.
  nonisolated(unsafe) let key: OpaquePointer

  /// Takes ownership of `key`.
  init(owning key: OpaquePointer) {
    self.key = key
  }

  deinit {
    EVP_PKEY_free(key)
  }
}

/// A certificate of OpenSSL's, freed with its last reference.
final class CertificateHandle: Sendable {
  // Never changed once it is handed out.
  nonisolated(unsafe) let certificate: OpaquePointer

  /// Takes ownership of `certificate`.
  init(owning certificate: OpaquePointer) {
    self.certificate = certificate
  }

  deinit {
    X509_free(certificate)
  }
}
