import COpenSSL

/// Reads private keys.
enum PrivateKey {
  static func read(_ identity: TLSIdentity) throws(TLSConfigurationError) -> OpenSSLObject {
    switch KeyLocation(identity.key) {
    case .file(let path): try read(file: path, passphrase: identity.passphrase)
    case .uri(let uri): try read(uri: uri, passphrase: identity.passphrase)
    }
  }

  private static func read(file path: String, passphrase: String?) throws(TLSConfigurationError) -> OpenSSLObject {
    let file = try CredentialFile(path, for: .privateKey)
    let prompt = PassphrasePrompt(passphrase)
    let key = try file.withReader { bio in
      PEM_read_bio_PrivateKey(bio, nil, promptForPassphrase, prompt.argument)
    }
    guard let key else {
      let reason = OpenSSLErrors.takeText()
      if prompt.wasAsked {
        throw refusal("\(file.purpose.name) '\(path)'", path, secret: "passphrase", given: passphrase)
      }
      throw file.invalid(
        "it has no private key in PEM form ('-----BEGIN PRIVATE KEY-----'), or a damaged one (\(reason)); "
          + "name another file or convert it")
    }
    return OpenSSLObject(owning: key) { EVP_PKEY_free($0) }
  }

  /// Reads a key that a provider holds. The key stays where it is; OpenSSL gets a handle.
  static func read(uri: String, passphrase: String?) throws(TLSConfigurationError) -> OpenSSLObject {
    let place = "\(KeyLocation.uri(uri))"
    let name = "private key '\(place)'"
    OpenSSLErrors.clear()
    let prompt = PassphrasePrompt(passphrase)
    guard let method = UI_UTIL_wrap_read_pem_callback(promptForPassphrase, 0) else {
      throw TLSConfigurationError(.internal, file: place, "\(name): \(OpenSSLErrors.takeText())")
    }
    defer { UI_destroy_method(method) }
    guard let store = OSSL_STORE_open(uri, method, prompt.argument, nil, nil) else {
      throw storeFault(name, place)
    }
    defer { OSSL_STORE_close(store) }
    guard let key = firstKey(in: store) else {
      let reason = OpenSSLErrors.takeText()
      if prompt.wasAsked { throw refusal(name, place, secret: "PIN", given: passphrase) }
      throw TLSConfigurationError(
        .invalidContent, file: place,
        "\(name): the provider has no such key (\(reason)); check the URI, and that the PIN is given as passphrase")
    }
    return OpenSSLObject(owning: key) { EVP_PKEY_free($0) }
  }

  private static func firstKey(in store: OpaquePointer) -> OpaquePointer? {
    OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY)
    // Bounded, since a provider that fails need not say that it is at its end.
    for _ in 0..<256 where OSSL_STORE_eof(store) == 0 {
      guard let info = OSSL_STORE_load(store) else { continue }
      defer { OSSL_STORE_INFO_free(info) }
      if OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY, let key = OSSL_STORE_INFO_get1_PKEY(info) {
        return key
      }
    }
    return nil
  }

  /// - Parameter secret: what it asks for: a passphrase, or a PIN.
  private static func refusal(
    _ name: String, _ place: String, secret: String, given: String?
  ) -> TLSConfigurationError {
    guard let given, !given.isEmpty else {
      return TLSConfigurationError(
        .passphraseMissing, file: place, "\(name): it is protected by a \(secret), and none is given; give one")
    }
    return TLSConfigurationError(
      .passphraseWrong, file: place, "\(name): the \(secret) that is given does not open it; correct it")
  }

  private static func storeFault(_ name: String, _ place: String) -> TLSConfigurationError {
    let faults = OpenSSLErrors.take()
    let isUnknown = faults.contains {
      $0.library == ERR_LIB_OSSL_STORE
        && ($0.reason == OSSL_STORE_R_UNREGISTERED_SCHEME || $0.reason == OSSL_STORE_R_NO_LOADERS_FOUND)
    }
    guard isUnknown else {
      let reason = faults.last?.text ?? "no reason given"
      return TLSConfigurationError(
        .invalidContent, file: place, "\(name): it cannot be opened (\(reason)); check the URI and the provider")
    }
    return TLSConfigurationError(
      .providerMissing, file: place,
      "\(name): no loaded OpenSSL provider knows 'pkcs11:' URIs; install one (such as pkcs11-provider) and load it by "
        + "configuration")
  }
}
