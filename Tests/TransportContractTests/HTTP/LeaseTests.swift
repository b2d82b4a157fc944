import NIOPosix
import RXON
import RXONHTTP
import Testing

@Suite("HTTP: leases and receipts", .timeLimit(.minutes(2)))
struct LeaseTests {
  private func withPair(
    features: HolonFeatures, _ body: (HTTPTransport, StubParent) async throws -> Void
  ) async throws {
    let parent = StubParent()
    let listener = HTTPListener(
      host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton, features: features)
    let url = try await listener.start(handler: parent)
    let transport = try HTTPTransport(url: url, workerID: "w1", token: "secret")
    do {
      _ = try await transport.register(WorkerRegistration(workerID: "w1"))
      try await body(transport, parent)
    } catch {
      await transport.close()
      await listener.stop(grace: .zero)
      throw error
    }
    await transport.close()
    await listener.stop(grace: .zero)
  }

  private func leases(_ parent: StubParent) -> [String] {
    parent.calls.compactMap { if case .poll(let poll) = $0.action { poll.lease } else { nil } }
  }

  private func receipts(_ parent: StubParent) -> [TaskReceipt] {
    parent.calls.flatMap { if case .receipts(let receipts) = $0.action { receipts } else { [TaskReceipt]() } }
  }

  @Test("a poll carries its lease to a parent that keeps leases, receipts go along with the next call")
  func carried() async throws {
    try await withPair(features: .lease) { transport, parent in
      #expect(transport.parentFeatures.features == .lease)
      let confirmed = [TaskReceipt(jobID: "j:1", taskID: "t,1"), TaskReceipt(jobID: "jöb", taskID: "t2")]
      transport.confirmReceipt(of: confirmed)
      _ = try await transport.pollTask(wait: .zero, availableSkills: nil, hotSkills: nil, lease: "run-1")
      #expect(leases(parent) == ["run-1"])
      #expect(receipts(parent) == confirmed)
      _ = try await transport.sendHeartbeat(nil)
      #expect(receipts(parent) == confirmed, "once")
    }
  }

  @Test("a plain parent sees nothing of them")
  func plain() async throws {
    try await withPair(features: []) { transport, parent in
      transport.confirmReceipt(of: [TaskReceipt(jobID: "j1", taskID: "t1")])
      _ = try await transport.pollTask(wait: .zero, availableSkills: nil, hotSkills: nil, lease: "run-1")
      #expect(leases(parent) == [])
      #expect(receipts(parent) == [])
    }
  }

  @Test("many receipts are spread over calls")
  func many() async throws {
    try await withPair(features: .lease) { transport, parent in
      let confirmed = (1...500).map { TaskReceipt(jobID: "job", taskID: String(repeating: "t", count: 100) + "\($0)") }
      transport.confirmReceipt(of: confirmed)
      while receipts(parent).count < confirmed.count {
        let before = receipts(parent).count
        _ = try await transport.sendHeartbeat(nil)
        try #require(receipts(parent).count > before)
      }
      #expect(receipts(parent) == confirmed)
    }
  }
}
