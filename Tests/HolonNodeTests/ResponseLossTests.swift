import RXON
import TestSupport
import Testing

@testable import HolonNode

@Suite("Between Holons a lost answer loses nothing and repeats nothing")
struct ResponseLossTests {
  struct Cell: CustomTestStringConvertible, Sendable {
    let wire: FaultedWire
    let call: Fault.Call
    let place: Fault.Place
    /// The lower node's children are workers of their own at the upper one.
    let isTransparent: Bool
    var testDescription: String {
      "\(wire.rawValue), \(call.rawValue), \(place.rawValue)" + (isTransparent ? ", transparent" : "")
    }
  }

  static let cells = FaultedWire.allCases.flatMap { wire in
    wire.calls.flatMap { call in
      Fault.Place.allCases.flatMap { place in
        [false, true].map { Cell(wire: wire, call: call, place: place, isTransparent: $0) }
      }
    }
  }

  private static let turns = Turns(6)
  private static let tasks = (1...4).map { "t\($0)" }
  private static let events = (1...4).map { "e\($0)" }

  /// parent ← upper node ← proxy ← lower node ← worker
  @Test("Whatever is cut, every task is worked on once, and every result and event comes once", arguments: cells)
  func matrix(cell: Cell) async throws {
    try await Self.turns.whileOn { try await cut(cell) }
  }

  private func cut(_ cell: Cell) async throws {
    let fault = Fault(cell.call, cell.place)
    let port = FreePort.find()
    let listener = try cell.wire.listener(port: port)
    try await withTree(settings: listener) { tree in
      let proxy = try await FaultProxy.start(
        to: port, decrypting: cell.wire.makeDecryption(), fault: fault, reading: { cell.wire.makeReader() })
      // So long between heartbeats that nobody notices by their silence alone what was lost.
      let settings = [
        "uplinks[0].poll_wait": "5s", "uplinks[0].heartbeat": "60s",
        "uplinks[0].mode": cell.isTransparent ? "transparent" : "aggregate",
      ].merging(try cell.wire.uplink(port: proxy.port)) { $1 }.merging(listener.mapValues { _ in "" }) { $1 }
      try await tree.withNode(below: "lower", settings) { url, lower in
        let worker = try LoopingWorker(tree.stranger(url: url))
        try await worker.whileWorking {
          for (task, event) in zip(Self.tasks, Self.events) {
            tree.parent.hand(HolonNodeTests.task(task))
            try await worker.tell(event)
          }
          if cell.call == .token || cell.call == .refresh { try await renewTokens(of: lower) }
          try await eventually("all results are up") {
            Self.tasks.allSatisfy { !tree.parent.results(of: $0).isEmpty }
          }
          try await eventually("all events are up") {
            Set(tree.parent.heard.events.map(\.message.eventID)).isSuperset(of: Self.events)
          }
          try await eventually("the line was cut") { fault.hasStruck }
          try await steadily("nothing comes twice", for: .milliseconds(300)) { isEverythingOnce(tree, worker) }
        }
      }
      await proxy.stop()
    }
  }

  private func isEverythingOnce(_ tree: Tree, _ worker: LoopingWorker) -> Bool {
    let counts = worker.taken.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    return counts.values.allSatisfy { $0 == 1 } && Self.tasks.allSatisfy { tree.parent.results(of: $0).count == 1 }
      && Self.events.allSatisfy { event in tree.parent.heard.events.filter { $0.message.eventID == event }.count == 1 }
  }

  /// Issues a token, then refreshes it, each as often as it takes.
  private func renewTokens(of node: HolonNode) async throws {
    let transport = try await found("the uplink") { await node.anySession?.transport }
    for _ in 0..<2 {
      try await eventually("a token") { (try? await transport.refreshToken()) != nil }
    }
  }
}

extension HolonNode {
  /// The node's session with its parent, or that of one of its children.
  fileprivate var anySession: UplinkSession? { sessions.first }
}
