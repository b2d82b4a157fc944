/// What the system's OpenSSL is asked to work with.
public struct OpenSSLConfiguration: Sendable, Hashable {
  /// The modules to load, in place of those of the system's configuration; empty to leave it at those.
  public var providers: [String]
}

extension OpenSSLConfiguration {
  init(reading section: SectionReader) {
    let names = section.optional(
      "providers", .text(), absent: "those of the system's configuration",
      "OpenSSL providers to load in their place, with commas between: `fips,base`, `pkcs11,default`.")
    providers = names?.split { $0 == "," || $0 == " " }.map(String.init) ?? []
  }
}
