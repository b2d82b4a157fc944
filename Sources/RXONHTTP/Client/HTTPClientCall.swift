import NIOCore
import NIOHTTP1
import RXON

/// A request of the client, complete before it is sent.
package struct HTTPClientRequest: Sendable {
  var method: HTTPMethod
  var target: String
  var headers: HTTPHeaders
  var body: [UInt8]

  package init(method: HTTPMethod, target: String, headers: HTTPHeaders, body: [UInt8]) {
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
  }
}

/// A complete answer.
package struct HTTPClientResponse: Sendable {
  package var status: Int
  package var headers: HTTPHeaders
  package var body: [UInt8]
}

/// A request on its way to an answer. Confined to the pool's event loop once submitted.
package final class HTTPClientCall: @unchecked Sendable {
  package typealias Completion = @Sendable (Result<HTTPClientResponse, TransportError>) -> Void

  // Unchecked: everything mutable is confined to the pool's event loop.
  let request: HTTPClientRequest
  /// Who makes it.
  let workerID: String
  let timeout: TimeAmount
  /// Waits for its answer by intent; such calls never take the last connections.
  let isPoll: Bool
  /// Sending it twice does no harm.
  let isRepeatable: Bool

  var deadline = NIODeadline.distantFuture
  var waitingTimer: Scheduled<Void>?
  weak var connection: HTTPClientConnection?
  var wasRepeated = false
  private(set) var isCancelled = false
  private var completion: Completion?

  package init(
    request: HTTPClientRequest, workerID: String = "", timeout: TimeAmount, isPoll: Bool, isRepeatable: Bool
  ) {
    self.request = request
    self.workerID = workerID
    self.timeout = timeout
    self.isPoll = isPoll
    self.isRepeatable = isRepeatable
  }

  var isOver: Bool { completion == nil }

  func begin(_ completion: @escaping Completion) {
    self.completion = completion
    deadline = .now() + timeout
  }

  /// Only the first end counts.
  func end(_ result: Result<HTTPClientResponse, TransportError>) {
    waitingTimer?.cancel()
    waitingTimer = nil
    let completion = completion
    self.completion = nil
    completion?(result)
  }

  func cancel() {
    isCancelled = true
    abandon(cancellation)
  }

  /// Ends without an answer; the connection under it has one to come, and cannot be used for another.
  func abandon(_ error: TransportError) {
    let connection = connection
    end(.failure(error))
    connection?.closeNow()
  }

  var cancellation: TransportError {
    connection == nil
      ? TransportError(.unreachable, "the call was cancelled before it was sent")
      : TransportError(.interrupted, "the call was cancelled")
  }
}
