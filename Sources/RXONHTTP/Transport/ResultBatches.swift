import NIOCore
import NIOHTTP1
import RXON
import RXONWire

/// Gathers results that are sent at once, or wait behind others, into one request. Each is signed, and judged, by itself.
final class ResultBatches: @unchecked Sendable {
  // Unchecked: everything mutable is confined to the pool's event loop.
  /// Requests at once; what comes meanwhile is gathered.
  private static let concurrent = 4
  private static let most = 32
  /// Bytes of one request; a larger result goes alone.
  private static let largest = 256 << 10

  private let requests: HTTPRequests
  private var eventLoop: any EventLoop { requests.pool.eventLoop }
  private var waiting: [BatchedCall] = []
  private var inFlight = 0
  private var isFlushDue = false

  init(_ requests: HTTPRequests) {
    self.requests = requests
  }

  func answer(to call: WireCall) async throws(TransportError) -> WireReply {
    try await BatchedCall(call).answer(on: eventLoop) { call in
      self.waiting.append(call)
      self.flush()
    }
  }

  func leave(_ workerID: String) {
    eventLoop.runOrExecute { [self] in
      for call in waiting where call.call.workerID == workerID { call.end(.failure(.transportClosed)) }
    }
  }

  // MARK: Gathering

  /// What comes in the same turn of the loop goes together.
  private func flush() {
    guard !isFlushDue else { return }
    isFlushDue = true
    eventLoop.execute { self.sendWaiting() }
  }

  private func sendWaiting() {
    isFlushDue = false
    while inFlight < Self.concurrent, let batch = takeBatch() { send(batch) }
  }

  private func takeBatch() -> [BatchedCall]? {
    waiting.removeAll { $0.isOver }
    guard let first = waiting.first else { return nil }
    var batch: [BatchedCall] = []
    var rest: [BatchedCall] = []
    var bytes = 0
    for call in waiting {
      let fits = batch.count < Self.most && bytes + call.call.body.count <= Self.largest && call.mayJoin(first)
      if batch.isEmpty || fits {
        batch.append(call)
        bytes += call.call.body.count
      } else {
        rest.append(call)
      }
    }
    waiting = rest
    return batch
  }

  private func send(_ batch: [BatchedCall]) {
    guard let first = batch.first else { return }
    inFlight += 1
    guard batch.count > 1 else { return sendAlone(first) }
    _ = requests.submit(
      first.call, to: (.POST, RXONProtocol.Path.results), body: ResultBatch.encoded(batch.map(\.call.body))
    ) { [self] result in
      answered(batch, result)
      ended()
    }
  }

  private func sendAlone(_ call: BatchedCall) {
    _ = requests.submit(call.call, to: (.POST, RXONProtocol.Path.result), body: call.call.body) { [self] result in
      call.end(result.flatMap { response in Result { () throws(TransportError) in try WireReply(response) } })
      ended()
    }
  }

  private func ended() {
    inFlight -= 1
    sendWaiting()
  }

  // MARK: Answers

  private func answered(_ batch: [BatchedCall], _ result: Result<HTTPClientResponse, TransportError>) {
    do throws(TransportError) {
      let response = try result.get()
      switch response.status {
      case 404, 405, 413:
        // The parent takes no batches, or none of this size.
        for call in batch where !call.isOver {
          inFlight += 1
          sendAlone(call)
        }
      default:
        let reply = try WireReply(response)
        let answers = try ResultBatch.answers(reply.body, answerSize: requests.options.answerSize)
        guard answers.count == batch.count else {
          throw TransportError(.protocolViolation, "\(answers.count) answers to \(batch.count) results")
        }
        for (call, answer) in zip(batch, answers) {
          call.end(answer.map { WireReply(body: $0, parent: reply.parent) })
        }
      }
    } catch {
      for call in batch { call.end(.failure(error)) }
    }
  }
}
