import RXON
import Testing

@testable import RXONLink

@Suite("Skills that a poll names for those after it")
struct DeclaredSkillsTests {
  private func poll(_ skills: [String]?) -> LinkPoll {
    var poll = LinkPoll()
    poll.availableSkills = skills
    poll.hasSameSkills = skills == nil
    return poll
  }

  @Test("each worker's last ones count, and nobody else's")
  func lastOnes() throws {
    var skills = DeclaredSkills()
    _ = try skills.declared(by: poll(["a"]), of: "w1")
    _ = try skills.declared(by: poll(["b"]), of: "w1")
    #expect(try skills.declared(by: poll(nil), of: "w1").availableSkills == ["b"])
    #expect(throws: CallFailure.self) { try skills.declared(by: poll(nil), of: "w2") }
  }

  @Test("what is no name of a skill is refused")
  func badName() {
    var skills = DeclaredSkills()
    #expect(throws: CallFailure.self) { try skills.declared(by: poll(["a b"]), of: "w1") }
  }

  @Test("names beyond the bound are not remembered, and those of a worker that names fewer are again")
  func bound() throws {
    var skills = DeclaredSkills()
    let many = (0..<60_000).map { "s\($0)" }
    _ = try skills.declared(by: poll(many), of: "w1")
    #expect(try skills.declared(by: poll(many), of: "w2").availableSkills?.count == 60_000)
    #expect(throws: CallFailure.self) { try skills.declared(by: poll(nil), of: "w2") }
    _ = try skills.declared(by: poll(["a"]), of: "w1")
    _ = try skills.declared(by: poll(many), of: "w2")
    #expect(try skills.declared(by: poll(nil), of: "w2").availableSkills?.count == 60_000)
  }
}
