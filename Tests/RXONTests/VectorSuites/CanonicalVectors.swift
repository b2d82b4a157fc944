import RXON
import Testing

@Suite("Vectors: canonical JSON")
struct CanonicalVectors {
  @Test("every value has the reference's canonical form, or none", arguments: try VectorFile.cases("canonical"))
  func canonical(_ vector: VectorCase) throws {
    let input = Array(try vector.text("input").utf8)
    guard vector.value["error"] == nil else {
      #expect(throws: JSONError.self) { try CanonicalJSON.encode(bytes: input) }
      return
    }
    let canonical = try CanonicalJSON.encode(bytes: input)
    #expect(String(decoding: canonical, as: UTF8.self).utf8.elementsEqual(try vector.text("canonical").utf8))
    #expect(try CanonicalJSON.encode(bytes: canonical) == canonical)
  }
}
