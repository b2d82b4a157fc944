import HolonNode
import RXON

extension HolonVersion {
  /// What `--version` says.
  static let text = "holon \(current) (RXON \(RXONProtocol.version))"
}
