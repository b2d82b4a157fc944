import RXON
import RXONSignatures
import TestSupport
import Testing

@testable import HolonNode

@Suite("Each child as a worker of its own at the parent")
struct TransparentTests {
  @Test("the parent gets each child's own registration, under its name there, with its own token")
  func registration() async throws {
    let settings = ["HOLON_UPLINKS_0_CHILD_TOKENS_w1": "token-of-w1"]
    try await withTransparentTree(settings: settings) { tree in
      let child = try tree.stranger("w1")
      _ = try await child.transport.register(
        WorkerRegistration(
          workerID: "w1", workerType: "gpu", supportedSkills: [SkillInfo(name: "render")],
          resources: Resources(properties: .object(["ram_gb": .integer(64)])), installedSoftware: ["blender": "4"],
          capabilities: WorkerCapabilities(hostname: "rack-1", costPerSkill: ["render": 2.5])))
      _ = try await tree.knownChild("w2")

      let heard = try #require(tree.parent.registrations(of: "site-w1").first)
      #expect(heard.credentials.token == "token-of-w1")
      #expect(heard.message.workerID == "site-w1")
      #expect(heard.message.workerType == "gpu")
      #expect(heard.message.supportedSkills?.map(\.name) == ["render"])
      #expect(heard.message.resources?.properties?["ram_gb"]?.integerValue == 64)
      #expect(heard.message.installedSoftware == ["blender": "4"])
      #expect(heard.message.capabilities?.hostname == "rack-1")
      #expect(heard.message.capabilities?.costPerSkill == ["render": 2.5])
      #expect(heard.message.metadata?["holon"]?["path"]?.elements.compactMap(\.stringValue) == [Tree.nodeID])
      #expect(heard.message.security?.signerID == "site-w1")
      let body = try #require(heard.body)
      let signature = try #require(heard.message.security?.signature)
      try PayloadSignature.verify(signature, of: body, with: HMACSecret("token-of-w1"))

      #expect(tree.parent.registrations(of: "site-w2").first?.credentials.token == Tree.uplinkToken)
      #expect(tree.parent.heard.registrations.allSatisfy { $0.credentials.workerID != Tree.nodeID })
    }
  }

  @Test("each child is polled for by itself, with the skills that it asks for, and gets what the parent gives it")
  func polls() async throws {
    try await withTransparentTree { tree in
      let first = try await tree.knownChild("w1", skills: ["echo", "render"])
      let second = try await tree.knownChild("w2")
      try await first.whilePolling {
        try await second.whilePolling {
          try await eventually("one poll for each") { tree.parent.pollers == ["site-w1", "site-w2"] }
        }
      }
      let asked = tree.parent.heard.polls.first { $0.credentials.workerID == "site-w1" }
      #expect(asked?.message.availableSkills == ["echo", "render"])

      tree.parent.endPolls()
      tree.parent.hand(task("t1"), to: "site-w2")
      let idle = Task { try await first.poll(for: .seconds(2)) }
      #expect(try await found("the task") { try await second.poll() }.payload.taskID == "t1")
      #expect(try await idle.value == nil)
    }
  }

  @Test("a result comes from the worker that the parent chose, and names who did the work")
  func results() async throws {
    try await withTransparentTree { tree in
      let child = try await tree.knownChild(holding: "t1")
      #expect(try await child.answer("t1") == .accepted)
      let heard = try await found("the result") { tree.parent.results(of: "t1").first }
      #expect(heard.credentials.workerID == "site-w1")
      #expect(heard.message.workerID == "site-w1")
      #expect(heard.message.originWorkerID == "w1")
      #expect(heard.message.security?.signerID == "site-w1")
      #expect(heard.message.security?.identityChain == ["w1"])
    }
  }

  @Test("an event goes up under the child's name")
  func events() async throws {
    try await withTransparentTree { tree in
      let child = try await tree.knownChild()
      try await child.transport.emitEvent(
        WorkerEventPayload(
          eventID: "e1", workerID: "w1", originWorkerID: "w1", eventType: "alarm", payload: .emptyObject))
      let heard = try await found("the event") { tree.parent.heard.events.first }
      #expect(heard.credentials.workerID == "site-w1")
      #expect(heard.message.workerID == "site-w1")
      #expect(heard.message.originWorkerID == "w1")
    }
  }

  @Test("heartbeats tell each child's own status, load and tasks, and a change of status at once")
  func heartbeats() async throws {
    try await withTransparentTree(settings: ["uplinks[0].heartbeat": "60s"]) { tree in
      _ = try await tree.knownChild("w2")
      let child = try await tree.knownChild(holding: "t1")
      #expect(tree.parent.lastHeartbeat(of: "site-w1")?.status == WorkerStatus.idle)
      let usage = ResourcesUsage(cpuLoadPercent: 70, ramUsedGB: 3)
      try await child.beat(WorkerStatus.busy, tasks: ["t1"], usage: usage)
      try await eventually("busy is told", within: .seconds(3)) {
        tree.parent.lastHeartbeat(of: "site-w1")?.status == WorkerStatus.busy
      }
      #expect(tree.parent.lastHeartbeat(of: "site-w1")?.currentTasks == ["t1"])
      #expect(tree.parent.lastHeartbeat(of: "site-w1")?.usage == usage)
      #expect(tree.parent.lastHeartbeat(of: "site-w2")?.status == WorkerStatus.idle)
      #expect(tree.parent.lastHeartbeat(of: "site-w2")?.currentTasks == [])
    }
  }

  @Test("new skills of a child are told in its next heartbeat")
  func newSkills() async throws {
    try await withTransparentTree { tree in
      let child = try await tree.knownChild()
      _ = try await child.transport.sendHeartbeat(
        Heartbeat(
          workerID: "w1", status: WorkerStatus.idle,
          supportedSkills: [SkillInfo(name: "echo"), SkillInfo(name: "zip")]))
      try await eventually("they are told") {
        tree.parent.lastHeartbeat(of: "site-w1")?.supportedSkills?.map(\.name) == ["echo", "zip"]
      }
    }
  }

  @Test("a command to one worker reaches that child, whatever task it names")
  func commands() async throws {
    try await withTransparentTree { tree in
      let first = try await tree.knownChild("w1", holding: "t1")
      let second = try await tree.knownChild("w2")
      let heardByFirst = try await first.transport.listenForCommands()
      let heardBySecond = try await second.transport.listenForCommands()
      let tune = WorkerCommand(command: "tune", taskID: "t1")
      try await tree.parent.send(tune, to: "site-w2")
      #expect(try await heardBySecond.first { _ in true } == tune)

      let cancel = WorkerCommand(command: CommandName.cancelTask, taskID: "t1", jobID: "job")
      try await tree.parent.send(cancel, to: "site-w1")
      #expect(try await heardByFirst.first { _ in true } == cancel)
      #expect(try await first.answer("t1", status: TaskStatus.cancelled) == .accepted)
      let heard = try await found("the result") { tree.parent.results(of: "t1").first }
      #expect(heard.message.status == TaskStatus.cancelled)
      #expect(heard.message.workerID == "site-w1")
    }
  }

  @Test("a child whose name would be too long is told of, and all others are passed on")
  func longName() async throws {
    try await withTransparentTree { tree in
      let id = String(repeating: "x", count: 125)
      _ = try await tree.child(id)
      let child = try tree.stranger(id)
      try await child.register(skills: ["zip"])
      _ = try await tree.knownChild("w1")
      #expect(try await tree.counter("children_not_passed_on") == 1)
      #expect(tree.parent.heard.registrations.allSatisfy { $0.credentials.workerID == "site-w1" })
    }
  }

  @Test("a worker that the parent does not admit keeps no other from work")
  func refusedChild() async throws {
    try await withTransparentTree { tree in
      tree.parent.guardCalls { call in
        call.credentials.workerID == "site-bad" ? .failure(CallFailure(status: 403, "Forbidden")) : nil
      }
      _ = try await tree.child("bad")
      let child = try await tree.knownChild("w1", holding: "t1")
      #expect(try await child.answer("t1") == .accepted)
      _ = try await found("the result") { tree.parent.results(of: "t1").first }
      let workers = try await tree.report().uplinks[0].workers
      #expect(workers.first { $0.id == "site-bad" }?.lastError != nil)
      #expect(workers.first { $0.id == "site-w1" }?.lastError == nil)
    }
  }

  @Test("a parent that is a Holon knows the children of the node below as its own", arguments: ["http", "ws"])
  func belowAHolon(scheme: String) async throws {
    try await withTree { tree in
      let settings = [
        "uplinks[0].mode": "transparent", "uplinks[0].child_prefix": "low-",
        "uplinks[0].url": tree.url.replacing("http:", with: "\(scheme):"),
      ]
      try await tree.withNode(below: "low", settings) { url, _ in
        let first = try tree.stranger("w1", url: url)
        try await first.register(skills: ["echo"])
        let second = try tree.stranger("w2", url: url)
        try await second.register(skills: ["render"])
        try await eventually("the parent knows both") {
          try await tree.report().children.map(\.id).sorted() == ["low-w1", "low-w2"]
        }
        let commands = try await second.transport.listenForCommands()
        tree.parent.hand(task("t1"))
        #expect(try await found("the task") { try await first.poll() }.payload.taskID == "t1")
        tree.parent.hand(task("t2", skill: "render"))
        #expect(try await found("the other's") { try await second.poll() }.payload.taskID == "t2")
        #expect(try await first.answer("t1") == .accepted)
        let heard = try await found("the result") { tree.parent.results(of: "t1").first }
        #expect(heard.message.workerID == Tree.nodeID)
        #expect(heard.message.originWorkerID == "w1")
        #expect(heard.message.security?.identityChain == ["w1", "low-w1"])

        let cancel = WorkerCommand(command: CommandName.cancelTask, taskID: "t2", jobID: "job")
        try await tree.parent.send(cancel)
        #expect(try await commands.first { _ in true } == cancel)
        try await first.beat(WorkerStatus.offline)
        try await eventually("one is gone, the other stays") {
          try await tree.report().children.map(\.id) == ["low-w2"]
        }
      }
    }
  }
}
