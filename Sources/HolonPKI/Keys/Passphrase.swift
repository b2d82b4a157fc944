/// What an encrypted key is opened with. Never shows itself.
public struct Passphrase: Sendable {
  let bytes: [UInt8]

  /// - Throws: when it is empty, or longer than OpenSSL takes.
  public init(_ text: String) throws(PKIFailure) {
    bytes = Array(text.utf8)
    guard (1...1000).contains(bytes.count) else {
      throw PKIFailure(.malformed, "a passphrase has 1 to 1000 bytes; write another")
    }
  }

  /// Reads the first line of a file.
  public init(file: String) throws(PKIFailure) {
    let text = try DurableFile.readSecret(file, limit: 4096)
    try self.init(String(text.prefix { !$0.isNewline }))
  }
}

extension Passphrase: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "Passphrase(redacted)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
