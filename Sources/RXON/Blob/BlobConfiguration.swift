/// Which blob storage a node uses. Parent and worker compare its hash (protocol §6).
public struct BlobConfiguration: Sendable, Hashable {
  /// The URL of the storage.
  public var endpoint: String
  /// Names the account; no secret.
  public var accessKey: String
  /// The default bucket.
  public var bucket: String

  /// Nil where a part is missing or empty: then there is nothing to compare.
  public init?(endpoint: String?, accessKey: String?, bucket: String?) {
    guard let endpoint, let accessKey, let bucket, !endpoint.isEmpty, !accessKey.isEmpty, !bucket.isEmpty else {
      return nil
    }
    self.endpoint = endpoint
    self.accessKey = accessKey
    self.bucket = bucket
  }

  /// What both sides compare.
  /// - Parameter hexadecimalSHA256: the SHA-256 of its argument in lower-case hexadecimal digits.
  public func hash(hexadecimalSHA256: ([UInt8]) -> String) -> String {
    String(hexadecimalSHA256(Array("\(endpoint)|\(accessKey)|\(bucket)".utf8)).prefix(16))
  }
}
