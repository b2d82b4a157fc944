import HolonRouting
import RXON
import Testing

@Suite("Offer of one child")
struct ChildOfferTests {
  private func json(_ text: String) throws -> RawJSON {
    try RawJSON(validating: text)
  }

  private func offer(_ change: (inout WorkerRegistration) throws -> Void = { _ in }) throws -> ChildOffer {
    var child = WorkerRegistration(workerID: "w1", supportedSkills: [SkillInfo(name: "echo")], skillsHash: "h")
    try change(&child)
    return ChildOffer(child, through: "node")
  }

  @Test("What the child says of itself is passed on under its name at the parent, without its signature")
  func registration() throws {
    let told = try offer {
      $0.workerType = "gpu"
      $0.security = SecurityContext(signature: "s", signerID: "w1")
      $0.timestamp = 5
      $0.metadata = try json(#"{"rack":7}"#)
      $0.capabilities = WorkerCapabilities(costPerSkill: ["echo": 2], extra: try json(#"{"fast":true}"#))
    }.registration(workerID: "site-w1")
    #expect(told.workerID == "site-w1")
    #expect(told.workerType == "gpu")
    #expect(told.supportedSkills == [SkillInfo(name: "echo")])
    #expect(told.security == nil && told.timestamp == nil)
    #expect(told.capabilities?.costPerSkill == ["echo": 2])
    #expect(told.capabilities?.extra?.string == #"{"fast":true,"websockets":true,"holon":{"depth_below":1}}"#)
    #expect(told.metadata?.string == #"{"rack":7,"holon":{"path":["node"]}}"#)
  }

  @Test("Below a child that is a Holon, loops and depths are seen as everywhere")
  func lineage() throws {
    let told = try offer {
      $0.capabilities = WorkerCapabilities(
        extra: try json(#"{"holon":{"version":"1","depth_below":2,"children":3}}"#))
      $0.metadata = try json(#"{"holon":{"path":["low","w1"],"lease_run":"x"}}"#)
    }.registration(workerID: "w1")
    #expect(HolonLineage(of: told) == HolonLineage(path: ["low", "node", "w1"], depthBelow: 3))
    #expect(told.capabilities?.extra?["holon"]?["children"]?.integerValue == 3)
    // Leases are of one link, not of the child behind it.
    #expect(told.metadata?["holon"]?["lease_run"] == nil)
  }

  @Test("What a heartbeat cannot tell needs a registration")
  func change() throws {
    let before = try offer()
    #expect(try offer().change(from: before) == .none)
    #expect(try offer { $0.security = SecurityContext(signature: "later") }.change(from: before) == .none)
    #expect(try offer { $0.hotSkills = ["echo"] }.change(from: before) == .heartbeat)
    #expect(try offer { $0.supportedSkills = [] }.change(from: before) == .heartbeat)
    #expect(try offer { $0.installedSoftware = ["blender": "4"] }.change(from: before) == .registration)
    #expect(try offer { $0.capabilities = WorkerCapabilities(hostname: "rack") }.change(from: before) == .registration)
  }

  @Test("A brief heartbeat leaves the skills out, and keeps the child's own hash of them")
  func heartbeats() throws {
    let brief = try offer().heartbeat(workerID: "w", status: "idle", currentTasks: ["t"], content: .brief)
    #expect(brief.supportedSkills == nil && brief.skillsHash == "h" && brief.currentTasks == ["t"])
    let full = try offer().heartbeat(workerID: "w", status: "idle", currentTasks: [], content: .full)
    #expect(full.supportedSkills == [SkillInfo(name: "echo")])
  }

  @Test("Empty objects, which some orchestrators cannot keep, are left out")
  func emptyObjects() throws {
    let told = try offer {
      $0.supportedSkills = [SkillInfo(name: "echo", properties: .emptyObject)]
      $0.resources = Resources(properties: .emptyObject)
      $0.installedSoftware = [:]
    }.registration(workerID: "w")
    #expect(told.supportedSkills == [SkillInfo(name: "echo")])
    #expect(told.resources == nil && told.installedSoftware == nil)
  }

  @Test("A child that is not here can do nothing")
  func absent() {
    let told = ChildOffer.absent("w1", below: "node").registration(workerID: "site-w1")
    #expect(told.workerID == "site-w1")
    #expect(told.supportedSkills == [] && told.availableSkills == [])
  }
}
