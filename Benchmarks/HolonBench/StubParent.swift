import NIOCore
import NIOHTTP1
import NIOPosix
import RXON
import RXONHTTP
import Synchronization

/// A parent that costs next to nothing: hands out prepared tasks and notes when each result comes back.
final class StubParent: HTTPResponder, Sendable {
  private struct State {
    /// Of each task's params.
    var payload: String
    var left = 0
    var nextTask = 0
    var parked: [HTTPExchange] = []
    var sentAt: [String: ContinuousClock.Instant] = [:]
    var roundTrips: [Duration] = []
    var results = 0
    var firstSent: ContinuousClock.Instant?
    var lastResult: ContinuousClock.Instant?
  }

  private let state: Mutex<State>

  /// - Parameter payloadBytes: of each task's params.
  init(payloadBytes: Int) {
    state = Mutex(State(payload: String(repeating: "x", count: payloadBytes)))
  }

  // MARK: The experiment

  /// Makes `count` more tasks available at once.
  func release(_ count: Int) {
    state.withLock { $0.left += count }
    while let exchange = takeParked() { exchange.answer(nextTask()) }
  }

  private func takeParked() -> HTTPExchange? {
    state.withLock { $0.left > 0 ? $0.parked.popLast() : nil }
  }

  /// Forgets what was noted.
  /// - Parameter payloadBytes: of the tasks from now on; nil for no change.
  func reset(payloadBytes: Int? = nil) {
    state.withLock { state in
      var new = State(payload: payloadBytes.map { String(repeating: "x", count: $0) } ?? state.payload)
      new.parked = state.parked
      new.nextTask = state.nextTask
      state = new
    }
  }

  var results: Int { state.withLock { $0.results } }
  var parkedPolls: Int { state.withLock { $0.parked.count } }
  var roundTrips: [Duration] { state.withLock { $0.roundTrips } }

  /// From the first task that left to the last result that came.
  var elapsed: Duration? {
    state.withLock { state in
      guard let first = state.firstSent, let last = state.lastResult else { return nil }
      return last - first
    }
  }

  // MARK: The protocol

  func respond(to request: HTTPRequest, _ exchange: HTTPExchange) {
    if request.path.hasSuffix("/tasks/next") {
      poll(exchange)
    } else if request.path.hasSuffix("/tasks/result") {
      noteResult(request.body)
      exchange.answer(.json(.ok, Array(#"{"status":"accepted"}"#.utf8)))
    } else if request.path.hasSuffix("/workers/register") {
      exchange.answer(.json(.ok, Array(#"{"status":"registered","version":"1.0b17"}"#.utf8)))
    } else if request.method == .PATCH || request.path.hasSuffix("/events") {
      exchange.answer(.json(.ok, Array(#"{"status":"ok"}"#.utf8)))
    } else {
      exchange.answer(.error(.notFound, "not part of the benchmark"))
    }
  }

  private func poll(_ exchange: HTTPExchange) {
    let parked = state.withLock { state in
      guard state.left == 0 else { return false }
      state.parked.append(exchange)
      return true
    }
    if !parked { exchange.answer(nextTask()) }
  }

  private func nextTask() -> HTTPResponse {
    let (id, payload) = state.withLock { state in
      state.left -= 1
      state.nextTask += 1
      let id = "t\(state.nextTask)"
      let now = ContinuousClock.now
      state.sentAt[id] = now
      if state.firstSent == nil { state.firstSent = now }
      return (id, state.payload)
    }
    let body = #"{"job_id":"bench","task_id":"\#(id)","type":"echo","params":{"payload":"\#(payload)"}}"#
    return .json(.ok, Array(body.utf8))
  }

  private func noteResult(_ body: [UInt8]) {
    guard let result = try? TaskResult(bytes: body) else { return }
    let now = ContinuousClock.now
    state.withLock { state in
      guard let sent = state.sentAt.removeValue(forKey: result.taskID) else { return }
      state.roundTrips.append(now - sent)
      state.results += 1
      state.lastResult = now
    }
  }
}
