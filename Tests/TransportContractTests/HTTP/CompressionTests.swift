import Foundation
import NIOPosix
import RXON
import RXONHTTP
import Synchronization
import TestSupport
import Testing

@testable import RXONLZ4

@Suite("HTTP: bodies as LZ4 frames", .timeLimit(.minutes(2)))
struct CompressionTests {
  private static let large = RawJSON.object(["text": .string(String(repeating: "a large result ", count: 1000))])
  private static let result = TaskResult(jobID: "j1", taskID: "t1", status: TaskStatus.success, data: large)
  private static let task = TaskPayload(jobID: "j1", taskID: "t1", type: "echo", params: large).rawJSON()

  /// - Parameters:
  ///   - offered: the listener compresses.
  ///   - bodySize: its limit.
  private func withPair(
    offered: Bool = true, bodySize: Int = 8 << 20, _ change: (inout HTTPTransportOptions) -> Void = { _ in },
    _ body: (HTTPTransport, StubParent, _ parent: CompressionStatistics, _ child: CompressionStatistics) async throws
      -> Void
  ) async throws {
    let parent = StubParent()
    parent.answer { call in
      if case .poll = call.action { call.answer(.task(Self.task)) } else { StubParent.acceptEverything(call) }
    }
    let (above, below) = (CompressionStatistics(), CompressionStatistics())
    var limits = HTTPListenerLimits()
    limits.bodySize = bodySize
    let listener = HTTPListener(
      host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton, limits: limits,
      features: .lz4, compression: offered ? above : nil)
    let url = try await listener.start(handler: parent)
    var options = HTTPTransportOptions()
    options.compression = below
    change(&options)
    let transport = try HTTPTransport(url: url, workerID: "w1", token: "secret", options: options)
    do {
      try await body(transport, parent, above, below)
    } catch {
      await transport.close()
      await listener.stop(grace: .zero)
      throw error
    }
    await transport.close()
    await listener.stop(grace: .zero)
  }

  @Test("go both ways once the parent has said that it takes them, and arrive whole")
  func bothWays() async throws {
    try await withPair { transport, parent, above, below in
      _ = try await transport.register(WorkerRegistration(workerID: "w1"))
      #expect(transport.parentFeatures.features == .lz4)
      #expect(try await transport.sendResult(Self.result) == .accepted)
      let task = try await transport.pollTask(wait: .seconds(1), availableSkills: nil, hotSkills: nil)
      #expect(task?.json == Self.task)
      guard case .result(let heard) = parent.calls[1].action else { return #expect(Bool(false), "no result") }
      #expect(heard.data == Self.large)
      for (sender, receiver) in [(below, above), (above, below)] {
        #expect(sender.sent.compressed == 1)
        #expect(sender.sent.ratio > 10)
        #expect(receiver.received.wireBytes == sender.sent.wireBytes)
        #expect(receiver.received.plainBytes == sender.sent.plainBytes)
      }
    }
  }

  @Test("are not sent to a parent that has not said so, nor asked of one by a child that does not want them")
  func notWanted() async throws {
    try await withPair(offered: false) { transport, _, _, below in
      _ = try await transport.register(WorkerRegistration(workerID: "w1"))
      #expect(transport.parentFeatures.features == [])
      #expect(try await transport.sendResult(Self.result) == .accepted)
      #expect(below.sent.compressed == 0)
    }
    try await withPair({ $0.compression = nil }) { transport, _, above, _ in
      _ = try await transport.register(WorkerRegistration(workerID: "w1"))
      #expect(transport.parentFeatures.features == [])
      _ = try await transport.pollTask(wait: .seconds(1), availableSkills: nil, hotSkills: nil)
      #expect(above.sent.compressed == 0)
    }
  }

  @Test("that hold more than the limit are refused, however small they are")
  func bomb() async throws {
    try await withPair(bodySize: 4096) { transport, _, above, _ in
      _ = try await transport.register(WorkerRegistration(workerID: "w1"))
      let error = await #expect(throws: TransportError.self) { try await transport.sendResult(Self.result) }
      #expect(error?.kind == .payloadTooLarge)
      #expect(above.received.compressed == 0)
    }
    try await withPair({ $0.answerSize = 4096 }) { transport, _, _, below in
      let error = await #expect(throws: TransportError.self) {
        try await transport.pollTask(wait: .seconds(1), availableSkills: nil, hotSkills: nil)
      }
      #expect(error?.kind == .protocolViolation)
      #expect(below.received.compressed == 0)
    }
  }

  @Test(
    "in another coding, or broken, are refused",
    arguments: [("gzip", 415), ("lz4, lz4", 415), ("lz4", 400), ("LZ4", 400), ("identity", 200)])
  func otherCodings(coding: String, status: Int) async throws {
    let listener = HTTPListener(
      host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton, compression: CompressionStatistics())
    let url = try await listener.start(handler: StubParent())
    let client = try await RawClient.connect(port: try Endpoint(url).port ?? 0)
    let body = Self.result.rawJSON().string
    try await client.send(request("POST /_worker/tasks/result", ["Content-Encoding: \(coding)"], body: body))
    try await eventually("an answer") { client.statuses == [status] }
    await client.close()
    await listener.stop(grace: .zero)
  }

  @Test("that a parent refuses, though it took some before, are sent again as they are")
  func changedMind() async throws {
    let bodies = Mutex<[Bool]>([])
    let server = try await RawServer.start { peer in
      guard peer.received.contains("\r\n\r\n") else { return }
      let requests = peer.received.components(separatedBy: "POST ").count - 1
      bodies.withLock { seen in
        guard requests > seen.count else { return }
        let isCompressed =
          peer.received.components(separatedBy: "POST ").last?.contains("Content-Encoding: lz4") == true
        seen.append(isCompressed)
        if isCompressed {
          peer.send("HTTP/1.1 415 Unsupported Media Type\r\nContent-Length: 0\r\n\r\n")
        } else {
          let coding = seen.count == 1 ? "Accept-Encoding: lz4\r\n" : ""
          peer.send("HTTP/1.1 200 OK\r\n\(coding)Content-Length: 21\r\n\r\n{\"status\":\"accepted\"}")
        }
      }
    }
    let transport = try HTTPTransport(url: "http://127.0.0.1:\(server.port)", workerID: "w1", token: "secret")
    for _ in 0..<2 { #expect(try await transport.sendResult(Self.result) == .accepted) }
    #expect(bodies.withLock { $0 } == [false, true, false])
    await transport.close()
    await server.stop()
  }
}
