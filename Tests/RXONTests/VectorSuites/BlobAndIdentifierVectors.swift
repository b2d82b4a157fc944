import RXON
import RXONSignatures
import Testing

@Suite("Vectors: blobs and identifiers")
struct BlobAndIdentifierVectors {
  @Test("every blob URI is taken apart as in the reference", arguments: try VectorFile.cases("blob_uri"))
  func uri(_ vector: VectorCase) throws {
    let parse = { () throws(any Error) in
      try BlobURI(
        parsing: vector.text("uri"), defaultBucket: vector.value["default_bucket"]?.string,
        prefix: vector.text("prefix"))
    }
    guard vector.value["error"] == nil else {
      #expect(throws: BlobURIError.self) { try parse() }
      return
    }
    let uri = try parse()
    #expect(uri.bucket == (try vector.text("bucket")))
    #expect(uri.key == (try vector.text("key")))
    #expect(uri.isDirectory == vector.value["is_directory"]?.bool)
  }

  @Test("every blob configuration has the reference's hash", arguments: try VectorFile.cases("blob_config_hash"))
  func configurationHash(_ vector: VectorCase) {
    let configuration = BlobConfiguration(
      endpoint: vector.value["endpoint"]?.string, accessKey: vector.value["access_key"]?.string,
      bucket: vector.value["bucket"]?.string)
    #expect(configuration?.hash(hexadecimalSHA256: SHA256Digest.hex) == vector.value["hash"]?.string)
  }

  @Test("every identifier is judged as in the reference", arguments: try VectorFile.cases("identifiers"))
  func identifier(_ vector: VectorCase) throws {
    let identifier = try vector.text("id")
    #expect(Identifier.isValid(identifier) == vector.value["valid"]?.bool)
    #expect(!Identifier.isStrictlyValid(identifier) || Identifier.isValid(identifier))
  }
}
