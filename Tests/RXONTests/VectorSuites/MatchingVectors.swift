import RXON
import Testing

@Suite("Vectors: matching")
struct MatchingVectors {
  @Test("every requirement is met or not, as in the reference", arguments: try VectorFile.cases("matching"))
  func matching(_ vector: VectorCase) throws {
    let available = try vector.json("available")
    let required = try vector.json("required")
    let matches =
      switch try vector.text("model") {
      case "Resources": try Resources(json: available).matches(Resources(json: required))
      case "HardwareDevice": try HardwareDevice(json: available).matches(HardwareDevice(json: required))
      case "InstalledArtifact": try InstalledArtifact(json: available).matches(InstalledArtifact(json: required))
      case "SkillInfo": try SkillInfo(json: available).matches(SkillInfo(json: required))
      case let model: throw VectorFault("no matching for \(model)")
      }
    #expect(matches == vector.value["matches"]?.bool)
  }
}
