/// A place in blob storage (protocol §6): `s3://bucket/key`, or a key in a default bucket.
public struct BlobURI: Sendable, Hashable {
  public static let scheme = "s3"

  /// Empty where the URI names none.
  public var bucket: String
  /// Without a `/` at its start.
  public var key: String
  /// Written with a `/` at its end.
  public var isDirectory: Bool

  public init(bucket: String, key: String, isDirectory: Bool) {
    self.bucket = bucket
    self.key = key
    self.isDirectory = isDirectory
  }

  /// - Parameters:
  ///   - defaultBucket: holds relative keys.
  ///   - prefix: put before relative keys.
  public init(
    parsing text: String, defaultBucket: String? = nil, prefix: String = ""
  ) throws(BlobURIError) {
    let isDirectory = text.utf8.last == UInt8(ascii: "/")
    guard text.utf8.starts(with: "s3://".utf8) else {
      guard let defaultBucket, !defaultBucket.isEmpty else { throw .noBucket(text) }
      let key = text.utf8.drop { $0 == UInt8(ascii: "/") }
      self.init(bucket: defaultBucket, key: prefix + (String(key) ?? ""), isDirectory: isDirectory)
      return
    }
    let rest = text.utf8.dropFirst(5).prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
    let bucket = rest.prefix { $0 != UInt8(ascii: "/") }
    let key = rest.dropFirst(bucket.count).drop { $0 == UInt8(ascii: "/") }
    self.init(bucket: String(bucket) ?? "", key: String(key) ?? "", isDirectory: isDirectory)
  }
}

extension BlobURI: CustomStringConvertible {
  public var description: String { "\(Self.scheme)://\(bucket)/\(key)" }
}

/// Why a text is no place in blob storage.
public enum BlobURIError: Error, Sendable, Hashable {
  /// A relative key, and no default bucket.
  case noBucket(String)
}

extension BlobURIError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noBucket(let text): "'\(text)' is relative and there is no default bucket"
    }
  }
}
