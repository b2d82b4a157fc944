/// What a file is read for.
enum FilePurpose {
  case certificate
  case privateKey
  case authorities
  case revocationList

  /// How messages call such a file.
  var name: String {
    switch self {
    case .certificate: "certificate file"
    case .privateKey: "private key file"
    case .authorities: "file of trusted certificates"
    case .revocationList: "revocation list file"
    }
  }

  /// In bytes. Lists of large authorities take tens of megabytes.
  var sizeLimit: Int {
    switch self {
    case .certificate, .privateKey: 1 << 20
    case .authorities: 16 << 20
    case .revocationList: 64 << 20
    }
  }
}
