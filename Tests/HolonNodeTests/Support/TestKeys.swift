import Foundation
import RXONSignatures

/// Ed25519 keys for tests, in PEM.
struct TestKey: Sendable {
  let privatePEM: String
  let publicPEM: String

  private init(_ privateText: String, _ publicText: String) {
    privatePEM = "-----BEGIN PRIVATE KEY-----\n\(privateText)\n-----END PRIVATE KEY-----\n"
    publicPEM = "-----BEGIN PUBLIC KEY-----\n\(publicText)\n-----END PUBLIC KEY-----\n"
  }

  static let first = TestKey(
    "MC4CAQAwBQYDK2VwBCIEIF0sH9SMtgL4529tn7ParHDJ0NLeWYtMOUAdsYnSEXFv",
    "MCowBQYDK2VwAyEA2KSB2NCMstNs6rNVBy3D+FkYb5xemP61w0BGrNJw8kU=")
  static let second = TestKey(
    "MC4CAQAwBQYDK2VwBCIEIG9PJYN4vzrR5D5XBnF1MnOaHUisSoQO7vB9e0q6C4F1",
    "MCowBQYDK2VwAyEADVPnTxvDYn5BrZ64s0ZAXc6NMO8LyiwMRv9zL3vOcaw=")
  static let third = TestKey(
    "MC4CAQAwBQYDK2VwBCIEIAmEUV7SKZEy23YTBz61oL+wcoOjcRpdT+5a7wkDZDpy",
    "MCowBQYDK2VwAyEAjl6tLoYMTdF0DSLO+Tmi+WAlwL02PT2mLUEO0bJqf4s=")

  func signer() throws -> Ed25519PrivateKey { try Ed25519PrivateKey(pem: privatePEM) }
  func verifier() throws -> Ed25519PublicKey { try Ed25519PublicKey(pem: publicPEM) }

  /// The paths of files of the private and of the public key.
  func files() throws -> (privateKey: String, publicKey: String) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "holon-keys-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let (secret, open) = (folder.appending(path: "key.pem").path, folder.appending(path: "key.pub").path)
    let created = FileManager.default.createFile(
      atPath: secret, contents: Data(privatePEM.utf8), attributes: [.posixPermissions: 0o600])
    try Data(publicPEM.utf8).write(to: URL(filePath: open))
    guard created else { throw CocoaError(.fileWriteUnknown) }
    return (secret, open)
  }

  /// Writes both files for the length of `body`.
  func withFiles(_ body: (_ privateKey: String, _ publicKey: String) async throws -> Void) async throws {
    let files = try files()
    defer { try? FileManager.default.removeItem(at: URL(filePath: files.privateKey).deletingLastPathComponent()) }
    try await body(files.privateKey, files.publicKey)
  }
}
