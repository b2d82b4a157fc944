/// Where a private key is.
enum KeyLocation: Equatable {
  case file(path: String)

  /// A key that a provider holds: `pkcs11:` and the like.
  case uri(String)

  init(_ text: String) {
    let scheme = text.prefix(7).lowercased()
    self = scheme == "pkcs11:" ? .uri(text) : .file(path: text)
  }
}

extension KeyLocation: CustomStringConvertible {
  /// The location for people. A URI's query may hold a PIN (RFC 7512, `pin-value`), so it is left out.
  var description: String {
    switch self {
    case .file(let path): path
    case .uri(let uri): uri.firstIndex(of: "?").map { uri[..<$0] + "?…" }.map(String.init) ?? uri
    }
  }
}
