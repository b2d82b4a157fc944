/// A file in blob storage (protocol §2).
public struct FileMetadata: Sendable, Hashable {
  /// See ``BlobURI``.
  public var uri: String
  /// Bytes.
  public var size: Int
  /// Identifies the content.
  public var etag: String?
  /// Free-form, for extensions.
  public var metadata: RawJSON?
  /// Members that this model does not know, in their order.
  public var unknown: [JSONMember]

  public init(uri: String, size: Int = 0, etag: String? = nil, metadata: RawJSON? = nil, unknown: [JSONMember] = []) {
    self.uri = uri
    self.size = size
    self.etag = etag
    self.metadata = metadata
    self.unknown = unknown
  }
}

extension FileMetadata: RXONModel {
  public static let schema = ModelSchema([
    "uri": .value, "size": .integer(default: 0), "etag": .value, "metadata": .value,
  ])

  public init(from decoder: inout ModelDecoder) throws(ModelError) {
    self.init(uri: "")
    var uri: String?
    var members = try decoder.object()
    while let member = try members.next(&decoder) {
      switch member {
      case "uri": uri = try decoder.string()
      case "size": size = try decoder.integer()
      case "etag": etag = try decoder.optionalString()
      case "metadata": metadata = try decoder.optionalRawObject()
      default: unknown.append(try decoder.unknown(member))
      }
    }
    self.uri = try decoder.required(uri, "uri")
  }

  public func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("uri", uri)
    if size != 0 { writer.member("size", size) }
    writer.member("etag", etag)
    writer.member("metadata", metadata)
    writer.members(unknown)
    writer.endObject()
  }
}
