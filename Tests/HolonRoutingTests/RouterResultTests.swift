import HolonRouting
import RXON
import Testing

@Suite("Router: results, events and commands")
struct RouterResultTests {
  /// A node whose child `w` runs the task `t`.
  private func running(_ change: (inout RouterConfiguration) -> Void = { _ in }) -> RouterHarness {
    var node = RouterHarness(change)
    node.register("w")
    node.poll("w")
    node.take("t")
    return node
  }

  @Test("A result is stored, then answered, then delivered, unsigned and with its way in it")
  func accepted() {
    var node = running()
    #expect(node.result("t", from: "w") == .accepted)
    let kinds = node.performed.compactMap { action -> String? in
      switch action {
      case .persist: "persist"
      case .answerResult: "answer"
      case .forwardResult: "forward"
      default: nil
      }
    }
    #expect(kinds == ["persist", "answer", "forward"])
    let result = node.performed.results.first
    #expect(result?.workerID == nil)
    #expect(result?.timestamp == nil)
    #expect(result?.originWorkerID == "w")
    #expect(result?.security?.identityChain == ["w"])
    #expect(result?.security?.signature == nil)
    #expect(result?.metadata?["holon"]?["origin_timestamp"]?.integerValue == 77)
  }

  @Test("An identical re-send gets the same answer, behind a barrier, and goes up once")
  func resent() {
    var node = running()
    node.result("t", from: "w")
    for settled in [false, true] {
      if settled { node.settle("t") }
      #expect(node.result("t", from: "w") == .accepted)
      #expect(node.performed.results.isEmpty)
      guard case .persist(let changes)? = node.actions.first else {
        return #expect(Bool(false), "no barrier in front of the answer")
      }
      #expect(changes.isEmpty)
    }
  }

  @Test("Only the holder's result counts")
  func mismatch() {
    var node = running()
    node.register("x")
    #expect(node.result("t", from: "x") == .ignored(reason: "worker_mismatch"))
    #expect(node.result("none", from: "w") == .ignored(reason: "job_not_found"))
    #expect(node.result("t", from: "w") == .accepted)
  }

  @Test("A waiting task is cancelled on the spot")
  func cancelQueued() {
    var node = RouterHarness()
    node.take("t")
    let actions = node.send(.cancellationsArrived(taskIDs: ["t"], from: RouterHarness.parent))
    #expect(actions.results.map(\.status) == [TaskStatus.cancelled])
    node.register("w")
    node.poll("w")
    #expect(node.performed.handOuts.isEmpty)
  }

  @Test("A running task's cancellation goes by the open channel, and its result up as it is")
  func cancelRunning() {
    var node = running()
    node.send(.childCommandChannelOpened(child: "w"))
    let command = WorkerCommand(command: CommandName.cancelTask, taskID: "t", jobID: "job")
    #expect(node.send(.commandArrived(command, from: RouterHarness.parent)).commands == ["cancel_task>w"])
    #expect(node.result("t", from: "w", status: TaskStatus.cancelled) == .accepted)
    #expect(node.performed.results.map(\.status) == [TaskStatus.cancelled])
  }

  @Test("Without a channel the heartbeats' answers carry the cancellation until the child answers it")
  func cancelByHeartbeat() {
    var node = running()
    #expect(node.send(.cancellationsArrived(taskIDs: ["t"], from: RouterHarness.parent)).commands.isEmpty)
    #expect(node.heartbeat("w", tasks: ["t"])?.cancelTaskIDs == ["t"])
    #expect(node.heartbeat("w", tasks: ["t"])?.cancelTaskIDs == ["t"])
    node.result("t", from: "w", status: TaskStatus.cancelled)
    #expect(node.heartbeat("w", tasks: [])?.cancelTaskIDs == [])
  }

  @Test("A child that finishes a cancelled task is told job_cancelled, and the parent cancelled")
  func lateAfterCancellation() {
    var node = running()
    node.send(.cancellationsArrived(taskIDs: ["t"], from: RouterHarness.parent))
    #expect(node.result("t", from: "w") == .ignored(reason: "job_cancelled"))
    #expect(node.performed.results.map(\.status) == [TaskStatus.cancelled])
    #expect(node.result("t", from: "w") == .ignored(reason: "job_cancelled"))
    #expect(node.performed.results.isEmpty)
  }

  @Test("A cancellation that nobody answers is answered here after the limit; a lost holder's at once")
  func cancelUnanswered() {
    var node = running()
    node.send(.cancellationsArrived(taskIDs: ["t"], from: RouterHarness.parent))
    #expect(node.wait(.seconds(29)).results.isEmpty)
    #expect(node.wait(.seconds(2)).results.map(\.status) == [TaskStatus.cancelled])
    #expect(node.heartbeat("w", tasks: ["t"])?.cancelTaskIDs == ["t"])

    var losing = running()
    losing.send(.cancellationsArrived(taskIDs: ["t"], from: RouterHarness.parent))
    losing.heartbeat("w", status: WorkerStatus.offline)
    #expect(losing.performed.results.map(\.status) == [TaskStatus.cancelled])
  }

  @Test("Only the parent of a task commands it")
  func otherParent() {
    var node = running()
    let actions = node.send(.cancellationsArrived(taskIDs: ["t"], from: UplinkID("other")))
    #expect(actions.incidents == [.commandUndeliverable("cancel_task", reason: "unknown_task")])
  }

  @Test("Other commands go to the holder of the task, or to all children where no task is named")
  func customCommands() {
    var node = running()
    node.register("h", skills: ["zip"], isHolon: true)
    let toHolder = RoutingEvent.commandArrived(
      WorkerCommand(command: "reload", taskID: "t"), from: RouterHarness.parent)
    #expect(node.send(toHolder).incidents == [.commandUndeliverable("reload", reason: "no_channel")])
    node.send(.childCommandChannelOpened(child: "w"))
    #expect(node.send(toHolder).commands == ["reload>w"])
    let toAll = RoutingEvent.commandArrived(WorkerCommand(command: "purge"), from: RouterHarness.parent)
    #expect(node.send(toAll).commands == ["purge>w"])
    #expect(node.heartbeat("h")?.commands.map(\.command) == ["purge"])
    #expect(node.heartbeat("h")?.commands == [])
  }

  private func event(_ id: String, type: String = "custom", chain: [String]? = nil) -> WorkerEventPayload {
    WorkerEventPayload(
      eventID: id, workerID: "w", originWorkerID: "origin", eventType: type, payload: .emptyObject,
      originTaskID: "t", bubblingChain: chain, timestamp: 77)
  }

  @Test("A durable event is stored, acknowledged, then delivered once, with its way in it")
  func durableEvent() {
    var node = running()
    let call = node.call()
    let actions = node.send(.eventArrived(call, child: "w", event("e", chain: ["origin2"])))
    #expect(actions.events.map(\.bubblingChain) == [["origin2", "w"]])
    #expect(actions.events.first?.timestamp == nil)
    #expect(actions.events.first?.metadata?["holon"]?["origin_timestamp"]?.integerValue == 77)
    guard case .persist(let changes)? = actions.first, case .eventStored = changes[0] else {
      return #expect(Bool(false), "not stored first")
    }
    let again = node.send(.eventArrived(node.call(), child: "w", event("e")))
    #expect(again.events.isEmpty)
    #expect(again.incidents == [.eventDuplicate("e")])
  }

  @Test("Progress is relayed at once and not stored")
  func progress() {
    var node = running()
    let actions = node.send(.eventArrived(nil, child: "w", event("e", type: EventType.progress)))
    #expect(actions.changes.isEmpty)
    #expect(actions.contains { if case .relayProgress = $0 { true } else { false } })
  }

  @Test("An event for the task or the job of another child is refused; the holder's own goes up, also after its result")
  func hijackedEvent() {
    var node = running()
    node.register("x")
    func event(_ id: String, job: String?, task: String?) -> WorkerEventPayload {
      WorkerEventPayload(
        eventID: id, workerID: "x", originWorkerID: "x", eventType: "custom", payload: .emptyObject,
        targetJobID: job, targetTaskID: task)
    }
    for (job, task) in [("job", "t"), ("job", nil), (nil, "t"), ("job", "other")] as [(String?, String?)] {
      let call = node.call()
      let actions = node.send(.eventArrived(call, child: "x", event("e", job: job, task: task)))
      #expect(actions.events.isEmpty)
      #expect(actions.contains { if case .refuse(call, let failure) = $0 { failure.status == 403 } else { false } })
      #expect(actions.incidents == [.eventDropped("e", reason: "not_its_task")])
    }
    #expect(node.send(.eventArrived(nil, child: "x", event("p", job: "job", task: "t"))).events.isEmpty)
    #expect(node.send(.eventArrived(node.call(), child: "x", event("a", job: "none", task: nil))).events.count == 1)
    #expect(node.send(.eventArrived(node.call(), child: "w", event("b", job: "job", task: "t"))).events.count == 1)
    node.result("t", from: "w")
    node.settle("t")
    #expect(node.send(.eventArrived(node.call(), child: "w", event("c", job: "job", task: "t"))).events.count == 1)
  }

  @Test("An event that was here before is buried, not relayed")
  func eventLoop() {
    var node = running()
    let actions = node.send(.eventArrived(node.call(), child: "w", event("e", chain: ["node"])))
    #expect(actions.events.isEmpty)
    #expect(actions.incidents == [.eventDropped("e", reason: "loop")])
    guard case .deadLettered? = actions.changes.first else { return #expect(Bool(false), "no dead letter") }
  }

  @Test(
    "An event for the job or the task of another child is refused, by whatever name",
    arguments: [("job", nil, nil), (nil, "t", nil), (nil, "job", nil), (nil, nil, "t"), ("job", "t", "t")]
      as [(String?, String?, String?)])
  func hijackByAnyName(job: String?, task: String?, origin: String?) {
    var node = running()
    node.register("x")
    func event(from child: String, _ type: String) -> WorkerEventPayload {
      WorkerEventPayload(
        eventID: "of-\(child)", workerID: child, originWorkerID: child, eventType: type, payload: .emptyObject,
        originTaskID: origin, targetJobID: job, targetTaskID: task)
    }
    for type in ["custom", EventType.progress] {
      let actions = node.send(.eventArrived(node.call(), child: "x", event(from: "x", type)))
      #expect(actions.refusals.map(\.status) == [403])
      #expect(actions.incidents == [.eventDropped("of-x", reason: "not_its_task")])
      #expect(actions.changes.isEmpty)
    }
    #expect(node.send(.eventArrived(node.call(), child: "w", event(from: "w", "custom"))).events.count == 1)

    // Answered, it is still the holder's; forgotten, it is for the parent to judge.
    node.result("t", from: "w")
    #expect(node.send(.eventArrived(nil, child: "x", event(from: "x", "custom"))).events.isEmpty)
    node.settle("t")
    #expect(node.send(.eventArrived(nil, child: "x", event(from: "x", "custom"))).events.count == 1)
  }

  @Test("A child may speak of a job whose other tasks other children have")
  func eventOfSharedJob() {
    var node = running()
    node.register("x")
    node.poll("x")
    node.take("t2")
    let event = WorkerEventPayload(
      eventID: "e", workerID: "x", originWorkerID: "x", eventType: "custom", payload: .emptyObject,
      originTaskID: "t2", targetJobID: "job", targetTaskID: "t2")
    #expect(node.send(.eventArrived(nil, child: "x", event)).events.count == 1)
  }

  @Test("An event goes to the parent of its task, else to the first; a root only acknowledges")
  func eventUplink() {
    func uplinks(_ actions: [RoutingAction]) -> [String] {
      actions.compactMap { if case .forwardEvent(_, let uplink) = $0 { uplink.name } else { nil } }
    }
    var node = RouterHarness { $0.uplinks = [UplinkID("first"), RouterHarness.parent] }
    node.register("w")
    #expect(uplinks(node.send(.eventArrived(nil, child: "w", event("e1")))) == ["first"])
    node.take("t")
    #expect(uplinks(node.send(.eventArrived(nil, child: "w", event("e2")))) == ["parent"])

    var root = RouterHarness { $0.uplinks = [] }
    root.register("w")
    let call = root.call()
    let actions = root.send(.eventArrived(call, child: "w", event("e")))
    #expect(actions.incidents == [.eventDropped("e", reason: "no_uplink")])
    #expect(actions.contains { if case .acknowledgeEvent(call) = $0 { true } else { false } })
  }
}
