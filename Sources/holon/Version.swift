import RXON

/// What this program is.
enum Version {
  static let number = "0.1.0"
  static let current = "holon \(number) (RXON \(RXONProtocol.version))"
}
