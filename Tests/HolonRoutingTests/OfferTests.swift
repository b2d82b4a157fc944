import HolonRouting
import RXON
import Testing

@Suite("Offer")
struct OfferTests {
  private func aggregate(_ children: [WorkerRegistration]) -> Offer {
    Offer.aggregate(
      children: children, nodeID: "node", version: "0.1",
      ownCapabilities: WorkerCapabilities(hostname: "host", ipAddress: "10.0.0.1"),
      digest: { String($0.reduce(into: UInt64(5_381)) { $0 = $0 &* 33 &+ UInt64($1) }, radix: 16) })
  }

  private func json(_ text: String) throws -> RawJSON {
    try RawJSON(validating: text)
  }

  private func worker(
    _ id: String, skills: [SkillInfo] = [], costs: [String: Double]? = nil, properties: String? = nil
  ) throws -> WorkerRegistration {
    WorkerRegistration(
      workerID: id, supportedSkills: skills,
      resources: try properties.map { Resources(properties: try json($0)) },
      capabilities: WorkerCapabilities(costPerSkill: costs))
  }

  @Test("Nobody below: nothing is offered, and the registration still says what this node is")
  func nobody() {
    let registration = aggregate([]).registration(workerID: "node")
    #expect(registration.workerID == "node")
    #expect(registration.workerType == "holon")
    #expect(registration.supportedSkills == [])
    #expect(registration.resources == nil)
    #expect(registration.capabilities?.hostname == "host")
    #expect(
      registration.capabilities?.extra?.string
        == #"{"websockets":true,"holon":{"version":"0.1","depth_below":0,"children":0}}"#)
    #expect(registration.metadata?.string == #"{"holon":{"path":["node"]}}"#)
  }

  @Test("The order of children does not matter", arguments: 0..<20 as Range<UInt64>)
  func order(seed: UInt64) throws {
    var dice = SeededGenerator(seed: seed)
    let children = try (0..<12).map { number in
      var child = try worker(
        "w\(number)", skills: [SkillInfo(name: "s\(number % 3)", version: "\(number % 4)")],
        costs: ["s\(number % 3)": Double(number)], properties: #"{"os":"os\#(number % 2)","ram":\#(number)}"#)
      child.installedSoftware = ["tool": "\(number % 4)"]
      child.installedArtifacts = [InstalledArtifact(name: "model", version: "\(number % 5)")]
      child.resources?.devices = [HardwareDevice(type: "gpu", id: "\(number)")]
      return child
    }
    let shuffled = aggregate(children.shuffled(using: &dice))
    #expect(shuffled == aggregate(children))
    #expect(shuffled.registration(workerID: "n").encoded() == aggregate(children).registration(workerID: "n").encoded())
  }

  @Test("Of one skill, the variant that most children share comes first, then other versions and types")
  func variants() throws {
    let schema = try json(#"{"type":"object"}"#)
    let new = SkillInfo(name: "render", version: "2", inputSchema: schema)
    let newWithoutSchema = SkillInfo(name: "render", version: "2")
    let old = SkillInfo(name: "render", version: "1")
    let offer = aggregate([
      try worker("a", skills: [old]), try worker("b", skills: [newWithoutSchema, SkillInfo(name: "echo")]),
      try worker("c", skills: [new]), try worker("d", skills: [new]),
    ])
    #expect(offer.skills == [SkillInfo(name: "echo"), new, old])
  }

  @Test("Between equally common variants the child with the lowest id decides")
  func tie() throws {
    let one = SkillInfo(name: "s", version: "1")
    let two = SkillInfo(name: "s", version: "2")
    #expect(aggregate([try worker("b", skills: [two]), try worker("a", skills: [one])]).skills == [one, two])
    #expect(aggregate([try worker("a", skills: [two]), try worker("b", skills: [one])]).skills == [two, one])
  }

  @Test("Skills that may start now and hot ones are unions; a child that names none offers all it supports")
  func available() throws {
    var first = try worker("a", skills: [SkillInfo(name: "x"), SkillInfo(name: "y")])
    first.availableSkills = ["y"]
    first.hotSkills = ["y"]
    var second = try worker("b", skills: [SkillInfo(name: "z")])
    second.hotSkills = ["a-hot"]
    let offer = aggregate([first, second])
    #expect(offer.availableSkills == ["y", "z"])
    #expect(offer.hotSkills == ["a-hot", "y"])
  }

  @Test("The lowest cost of each skill counts")
  func costs() throws {
    let offer = aggregate([
      try worker("a", costs: ["x": 3, "y": 1]), try worker("b", costs: ["x": 2]), try worker("c"),
    ])
    #expect(offer.costPerSkill == ["x": 2, "y": 1])
  }

  @Test("Whatever properties one child meets, the union meets", arguments: 0..<50 as Range<UInt64>)
  func propertiesMeet(seed: UInt64) throws {
    var dice = SeededGenerator(seed: seed)
    let values = ["1", "16", "2.5", "true", "false", #""linux""#, #""darwin""#, #"["a","b"]"#, #"["b","c"]"#]
    let children = try (0..<4).map { number in
      let members = ["n", "os", "env"].map { "\"\($0)\":\(values.randomElement(using: &dice) ?? "1")" }
      return try worker("w\(number)", properties: "{\(members.joined(separator: ","))}")
    }
    let union = aggregate(children).properties
    for child in children {
      let own = child.resources?.properties
      for member in own?.members ?? [] where member.value.kind != .number && member.value.kind != .bool {
        #expect(PropertyMatching.matches(available: union, required: .object([member])))
      }
    }
  }

  @Test("Of numbers the greatest counts, of lists the union, of different words a list")
  func properties() throws {
    let offer = aggregate([
      try worker("a", properties: #"{"ram":16,"tags":["x","y"],"os":"linux","gone":null,"same":"s"}"#),
      try worker("b", properties: #"{"ram":64.5,"tags":["y","z"],"os":"darwin","same":"s"}"#),
    ])
    #expect(offer.properties?.string == #"{"os":["linux","darwin"],"ram":64.5,"same":"s","tags":["x","y","z"]}"#)
  }

  @Test("Software and artifacts are unions; of software the version that most children have")
  func software() throws {
    var children = try ["a", "b", "c"].map { try worker($0) }
    children[0].installedSoftware = ["python": "3.9", "only": "1"]
    children[1].installedSoftware = ["python": "3.11"]
    children[2].installedSoftware = ["python": "3.11"]
    children[0].installedArtifacts = [InstalledArtifact(name: "m", version: "2")]
    children[1].installedArtifacts = [
      InstalledArtifact(name: "m", version: "1"), InstalledArtifact(name: "m", version: "2"),
    ]
    let offer = aggregate(children)
    #expect(offer.software == ["python": "3.11", "only": "1"])
    #expect(offer.artifacts.map(\.version) == ["1", "2"])
  }

  @Test("Devices stand side by side")
  func devices() throws {
    var children = try ["b", "a"].map { try worker($0) }
    children[0].resources = Resources(devices: [HardwareDevice(type: "gpu", id: "0"), HardwareDevice(type: "tpu")])
    children[1].resources = Resources(devices: [HardwareDevice(type: "gpu", id: "0")])
    #expect(aggregate(children).devices.map(\.type) == ["gpu", "gpu", "tpu"])
  }

  @Test("The registration carries the ids of all Holons below, and how deep the tree is")
  func lineage() throws {
    let below = Offer.aggregate(
      children: [try worker("w")], nodeID: "edge", version: "0.1", ownCapabilities: WorkerCapabilities(),
      digest: { _ in "" }
    ).registration(workerID: "edge")
    let offer = aggregate([below, try worker("plain")])
    #expect(offer.lineage == HolonLineage(path: ["edge", "node"], depthBelow: 2))
    #expect(HolonLineage(of: offer.registration(workerID: "node")) == offer.lineage)
  }

  @Test("What a child claims of its depth cannot grow without bounds")
  func absurdDepth() throws {
    var child = try worker("w")
    child.capabilities?.extra = try json(#"{"holon":{"depth_below":9223372036854775807}}"#)
    child.metadata = try json(#"{"holon":{"path":"none"}}"#)
    #expect(aggregate([child]).lineage == HolonLineage(path: ["node"], depthBelow: 1_001))
  }

  @Test("The hash of the skills changes with them and with nothing else")
  func hash() throws {
    let first = aggregate([try worker("a", skills: [SkillInfo(name: "x")])])
    let more = aggregate([try worker("a", skills: [SkillInfo(name: "x")], costs: ["x": 1]), try worker("b")])
    let other = aggregate([try worker("a", skills: [SkillInfo(name: "x", version: "2")])])
    #expect(first.skillsHash == more.skillsHash)
    #expect(first.skillsHash != other.skillsHash)
  }

  @Test("A change of skills takes a heartbeat, one of resources or costs a registration, one more child nothing")
  func change() throws {
    let one = try worker("a", skills: [SkillInfo(name: "x")])
    let offer = aggregate([one])
    #expect(aggregate([one, try worker("b", skills: [SkillInfo(name: "x")])]).change(from: offer) == .none)
    #expect(aggregate([one, try worker("b", skills: [SkillInfo(name: "y")])]).change(from: offer) == .heartbeat)
    #expect(aggregate([one, try worker("b", costs: ["x": 1])]).change(from: offer) == .registration)
  }

  @Test("A brief heartbeat leaves the skills out, a full one tells them")
  func heartbeats() throws {
    let offer = aggregate([try worker("a", skills: [SkillInfo(name: "x")])])
    let brief = offer.heartbeat(workerID: "n", status: WorkerStatus.idle, currentTasks: ["t"], content: .brief)
    #expect(brief == Heartbeat(workerID: "n", status: "idle", currentTasks: ["t"], skillsHash: offer.skillsHash))
    let full = offer.heartbeat(workerID: "n", status: WorkerStatus.busy, currentTasks: [], content: .full)
    #expect(full.supportedSkills == [SkillInfo(name: "x")])
    #expect(full.availableSkills == ["x"])
    #expect(full.hotSkills == [])
  }

  @Test("Empty objects are left out: an orchestrator on Redis turns them into lists that it then refuses")
  func emptyObjects() throws {
    let skill = SkillInfo(name: "x", inputSchema: .emptyObject, eventsSchema: [:], properties: .emptyObject)
    let registration = aggregate([try worker("a", skills: [skill], properties: "{}")]).registration(workerID: "n")
    #expect(!registration.rawJSON().string.contains("{}"))
    #expect(registration.supportedSkills == [SkillInfo(name: "x")])
  }
}
