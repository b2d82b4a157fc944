/// Blob storage, as messages refer to it (protocol §6).
public protocol BlobProvider: Sendable {
  func upload(_ content: [UInt8], to uri: BlobURI) async throws(RXONError) -> FileMetadata
  func download(_ uri: BlobURI) async throws(RXONError) -> [UInt8]
  /// Nil when there is no such object.
  func metadata(of uri: BlobURI) async throws(RXONError) -> FileMetadata?
  func delete(_ uri: BlobURI) async throws(RXONError)
  /// Deletes every object whose key begins with the key of `prefix`.
  func deleteAll(under prefix: BlobURI) async throws(RXONError)
}
