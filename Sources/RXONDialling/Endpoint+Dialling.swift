import RXON

extension Endpoint {
  /// Whether connections are encrypted.
  package var isSecure: Bool { scheme == "https" || scheme == "wss" || scheme == "grpcs" }

  /// The port, or the one that the scheme implies.
  package var dialledPort: Int { port ?? (isSecure ? 443 : 80) }
}
