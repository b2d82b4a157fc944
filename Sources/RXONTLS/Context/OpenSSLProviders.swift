/// The modules that do OpenSSL's work, for the whole process.
public enum OpenSSLProviders {
  /// Loads these in place of the usual one (`default`), for good. With `fips` among them only approved algorithms are
  /// used from then on. To be called before anything else that uses OpenSSL.
  /// - Throws: ``TLSConfigurationError`` that names the provider which cannot be loaded.
  public static func load(_ names: [String]) throws(TLSConfigurationError) {
    throw TLSConfigurationError(.internal, "not yet")
  }
}
