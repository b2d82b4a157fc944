import COpenSSL

/// The modules that do OpenSSL's work, for the whole process.
public enum OpenSSLProviders {
  /// Loads these in place of the usual one (`default`), for good. With `fips` among them only approved algorithms are
  /// used from then on. To be called before anything else that uses OpenSSL.
  /// - Throws: ``TLSConfigurationError`` that names the provider which cannot be loaded.
  public static func load(_ names: [String]) throws(TLSConfigurationError) {
    guard names.contains("default") || names.contains("fips") else {
      throw TLSConfigurationError(
        .invalidOptions, "none of the providers \(names) has the algorithms of TLS; add 'default' or 'fips'")
    }
    OpenSSLErrors.clear()
    // Providers of tokens would ask at the terminal for what they were not given.
    UI_set_default_method(UI_null())
    for name in names {
      guard OSSL_PROVIDER_load(nil, name) != nil else {
        throw TLSConfigurationError(
          .providerMissing,
          "OpenSSL provider '\(name)' cannot be loaded (\(OpenSSLErrors.takeText())); install its module in "
            + "\(modules), or leave it out")
      }
    }
    if names.contains("fips"), EVP_default_properties_enable_fips(nil, 1) != 1 {
      throw TLSConfigurationError(
        .internal, "OpenSSL cannot be held to approved algorithms (\(OpenSSLErrors.takeText())); check openssl.cnf")
    }
  }

  private static var modules: String {
    OPENSSL_info(OPENSSL_INFO_MODULES_DIR).map { String(cString: $0) } ?? "OpenSSL's modules directory"
  }
}
