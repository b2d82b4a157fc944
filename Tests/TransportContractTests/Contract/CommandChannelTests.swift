import RXON
import TestSupport
import Testing

@Suite("The command channel over every wire", .serialized, .timeLimit(.minutes(2)))
struct CommandChannelTests {
  private static func event(_ number: Int) -> WorkerEventPayload {
    WorkerEventPayload(
      eventID: "e\(number)", workerID: "w1", originWorkerID: "w1", eventType: "progress",
      payload: .object(["progress": .number(Double(number) / 1000)]))
  }

  @Test("commands come down in order", arguments: Wires.all)
  func commandsDown(wire: any Wire) async throws {
    let parent = StubParent()
    try await withWire(wire, parent) { open in
      let commands = try await open.transport.listenForCommands()
      try await eventually { parent.seen.openChannels.count == 1 }
      let channel = parent.seen.openChannels[0]
      #expect(channel.workerID == "w1")
      #expect(channel.credentials.token == "secret")
      for number in 0..<100 {
        channel.send(WorkerCommand(command: "custom", taskID: "t\(number)", params: .object(["é": .integer(number)])))
      }
      let taken = try await within { try await take(100, from: commands) }
      #expect(taken.map(\.taskID) == (0..<100).map { "t\($0)" })
      #expect(taken.last?.params == .object(["é": .integer(99)]))
    }
  }

  @Test("events go up unanswered, in order, signed", arguments: Wires.all)
  func eventsUp(wire: any Wire) async throws {
    let parent = StubParent()
    try await withWire(wire, parent) { open in
      let commands = try await open.transport.listenForCommands()
      for number in 0..<200 {
        #expect(await open.transport.emitEventUnanswered(Self.event(number)))
      }
      try await eventually { parent.seen.events.count == 200 }
      #expect(parent.seen.events.map(\.eventID) == (0..<200).map { "e\($0)" })
      #expect(parent.seen.events.allSatisfy { $0.security?.signerID == "w1" && $0.timestamp != nil })
      withExtendedLifetime(commands) {}
    }
  }

  @Test("without an open channel an unanswered event is not sent, and that is said", arguments: Wires.all)
  func noChannel(wire: any Wire) async throws {
    try await withWire(wire) { open in
      #expect(await open.transport.emitEventUnanswered(Self.event(1)) == false)
    }
  }

  @Test("a channel that is not admitted is refused with its reason", arguments: Wires.all)
  func refusal(wire: any Wire) async throws {
    let parent = StubParent()
    parent.admit { _ in CallFailure(status: 403, "wrong token") }
    try await withWire(wire, parent) { open in
      let error = await #expect(throws: TransportError.self) { try await open.transport.listenForCommands() }
      #expect(error?.kind == .forbidden)
      #expect(error?.message == "wrong token")
      #expect(parent.seen.openChannels.isEmpty)
    }
  }

  @Test("the parent closes: the stream throws, and a new channel can be opened", arguments: Wires.all)
  func closedByParent(wire: any Wire) async throws {
    let parent = StubParent()
    try await withWire(wire, parent) { open in
      let commands = try await open.transport.listenForCommands()
      try await eventually { parent.seen.openChannels.count == 1 }
      parent.seen.openChannels[0].close()
      let error = await #expect(throws: TransportError.self) {
        try await within { try await take(1, from: commands) }
      }
      #expect(error?.kind == .interrupted)
      try await eventually { parent.seen.closedChannels == 1 }

      let again = try await open.transport.listenForCommands()
      try await eventually { parent.seen.openChannels.count == 1 }
      parent.seen.openChannels[0].send(WorkerCommand(command: "hello"))
      let taken = try await within { try await take(1, from: again) }
      #expect(taken.first?.command == "hello")
    }
  }

  @Test("the worker stops listening: the parent sees the channel close", arguments: Wires.all)
  func closedByWorker(wire: any Wire) async throws {
    let parent = StubParent()
    try await withWire(wire, parent) { open in
      let commands = try await open.transport.listenForCommands()
      try await eventually { parent.seen.openChannels.count == 1 }
      let reading = Task { try await take(1, from: commands) }
      reading.cancel()
      _ = await reading.result
      try await eventually { parent.seen.closedChannels == 1 }
    }
  }

  @Test("closing the transport ends the stream and the channel", arguments: Wires.all)
  func closedTransport(wire: any Wire) async throws {
    let parent = StubParent()
    try await withWire(wire, parent) { open in
      let commands = try await open.transport.listenForCommands()
      await open.transport.close()
      let error = await #expect(throws: TransportError.self) {
        try await within { try await take(1, from: commands) }
      }
      #expect(error?.kind == .closed)
      try await eventually { parent.seen.closedChannels == 1 }
    }
  }

  @Test("stopping the listener closes the channel", arguments: Wires.all)
  func stoppedListener(wire: any Wire) async throws {
    let parent = StubParent()
    try await withWire(wire, parent) { open in
      let commands = try await open.transport.listenForCommands()
      await open.listener.stop(grace: .seconds(5))
      let error = await #expect(throws: TransportError.self) {
        try await within { try await take(1, from: commands) }
      }
      #expect(error?.kind == .interrupted)
    }
  }
}

/// The next commands of a stream; fewer when it ends.
func take(
  _ count: Int, from commands: AsyncThrowingStream<WorkerCommand, any Error>
) async throws -> [WorkerCommand] {
  var taken: [WorkerCommand] = []
  for try await command in commands {
    taken.append(command)
    if taken.count == count { break }
  }
  return taken
}
