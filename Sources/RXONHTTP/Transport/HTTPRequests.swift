import NIOCore
import NIOHTTP1
import RXON
import RXONWire
import Synchronization

/// Writes calls as requests and sends them, each with the receipts that wait.
final class HTTPRequests: Sendable {
  typealias Completion = @Sendable (Result<HTTPClientResponse, TransportError>) -> Void

  let endpoint: Endpoint
  let options: HTTPTransportOptions
  let pool: HTTPConnectionPool
  /// The parent's.
  let clock: ParentClock
  private let receipts = Mutex(WaitingReceipts())

  init(endpoint: Endpoint, options: HTTPTransportOptions, pool: HTTPConnectionPool, clock: ParentClock) {
    self.endpoint = endpoint
    self.options = options
    self.pool = pool
    self.clock = clock
  }

  /// Sends one call and waits for its answer.
  func answer(to call: WireCall) async throws(TransportError) -> WireReply {
    let receipts = takeReceipts(of: call.workerID)
    let result = await pool.answer(to: clientCall(call, call.target, body: call.body, receipts: receipts))
    let response = try noted(result, receipts, of: call).get()
    return try WireReply(response)
  }

  /// Sends what stands for several calls. `completion` is called on the pool's event loop.
  /// - Parameter call: whose worker, token and kind those are.
  func submit(
    _ call: WireCall, to target: (HTTPMethod, String), body: [UInt8] = [], completion: @escaping Completion
  ) -> HTTPClientCall {
    let receipts = takeReceipts(of: call.workerID)
    let clientCall = clientCall(call, target, body: body, receipts: receipts)
    pool.submit(clientCall) { completion(self.noted($0, receipts, of: call)) }
    return clientCall
  }

  // MARK: - Receipts

  /// They go along with the worker's next request.
  func confirm(_ receipts: [TaskReceipt], of workerID: String) {
    self.receipts.withLock { $0.add(receipts, of: workerID) }
  }

  func forgetReceipts(of workerID: String) {
    receipts.withLock { $0.forget(workerID) }
  }

  private func takeReceipts(of workerID: String) -> String? {
    receipts.withLock { $0.takeValue(of: workerID) }
  }

  private func noted(
    _ result: Result<HTTPClientResponse, TransportError>, _ receipts: String?, of call: WireCall
  ) -> Result<HTTPClientResponse, TransportError> {
    switch result {
    case .success(let response):
      if let date = response.headers.first(name: "date") { clock.observe(date: date) }
    case .failure:
      self.receipts.withLock { $0.restore(receipts, of: call.workerID) }
    }
    return result
  }

  // MARK: - Requests

  private func clientCall(
    _ call: WireCall, _ target: (method: HTTPMethod, path: String), body: [UInt8], receipts: String?
  ) -> HTTPClientCall {
    var headers = identification(of: call.workerID, token: call.token)
    if let receipts {
      headers.append((RXONProtocol.Header.receipts, receipts))
    }
    if !body.isEmpty {
      headers.append(("Content-Type", "application/json"))
    }
    if target.method != .GET {
      headers.append(("Content-Length", String(body.count)))
    }
    let request = HTTPClientRequest(
      method: target.method, target: endpoint.path + target.path, headers: HTTPHeaders(headers), body: body)
    return HTTPClientCall(
      request: request, workerID: call.workerID, timeout: options.timeout(of: call), isPoll: call.action.isPoll,
      isRepeatable: call.isRepeatable)
  }

  func identification(of workerID: String, token: String) -> [(String, String)] {
    let headers = [
      ("Host", endpoint.authority),
      (RXONProtocol.Header.workerToken, token),
      (RXONProtocol.Header.workerID, workerID),
      (RXONProtocol.Header.version, RXONProtocol.version),
      (RXONProtocol.Header.holon, "1"),
    ]
    let features = options.offeredFeatures
    return features.isEmpty ? headers : headers + [(RXONProtocol.Header.features, features.header)]
  }
}

extension HTTPTransportOptions {
  fileprivate func timeout(of call: WireCall) -> TimeAmount {
    switch call.action {
    case .register, .heartbeat: presenceTimeout
    case .poll(let terms): TimeAmount(terms.wait) + pollGrace
    case .result, .event, .issueToken, .refreshToken: callTimeout
    }
  }
}

extension WireCall.Action {
  var isPoll: Bool {
    if case .poll = self { return true }
    return false
  }
}

extension WireCall {
  /// Sending it twice does no harm.
  fileprivate var isRepeatable: Bool {
    switch action {
    case .issueToken: true
    case .heartbeat: body.isEmpty
    case .register, .poll, .result, .event, .refreshToken: false
    }
  }

  /// Method and path (protocol §1).
  fileprivate var target: (HTTPMethod, String) {
    switch action {
    case .register: (.POST, RXONProtocol.Path.register)
    case .poll(let terms): PollTarget.target(of: self, terms, leases: terms.lease.map { [$0] } ?? [])
    case .result: (.POST, RXONProtocol.Path.result)
    case .heartbeat: (.PATCH, RXONProtocol.Path.heartbeat(workerID: workerID))
    case .event: (.POST, RXONProtocol.Path.events)
    case .issueToken: (.POST, RXONProtocol.Path.token)
    case .refreshToken: (.POST, RXONProtocol.Path.refreshToken)
    }
  }
}

extension WireReply {
  /// - Throws: what a refusal means.
  init(_ response: HTTPClientResponse) throws(TransportError) {
    guard (200..<300).contains(response.status) else { throw TransportError(refusal: response) }
    self.init(body: response.status == 204 ? [] : response.body, parent: ParentFeatures(response.headers))
  }
}

extension ParentFeatures {
  /// As an answer's header tells.
  init(_ headers: HTTPHeaders) {
    let isHolon = headers.first(name: RXONProtocol.Header.holon) == "1"
    let theirs = headers.first(name: RXONProtocol.Header.features).map { HolonFeatures(header: $0) } ?? []
    self.init(isHolon: isHolon, features: isHolon ? theirs : [])
  }
}

/// Where a poll goes, with what it asks for.
enum PollTarget {
  static func target(of call: WireCall, _ terms: PollTerms, leases: [String]) -> (HTTPMethod, String) {
    (.GET, RXONProtocol.Path.nextTask(workerID: call.workerID) + query(terms, leases: leases))
  }

  private static func query(_ terms: PollTerms, leases: [String]) -> String {
    var query = "?timeout=\(terms.wait / .seconds(1))"
    for (name, skills) in [("available_skills", terms.availableSkills), ("hot_skills", terms.hotSkills)] {
      guard let skills else { continue }
      query += "&\(name)=" + skills.map(PercentEncoding.encode).joined(separator: ",")
    }
    switch leases.count {
    case 0: break
    case 1: query += "&lease=" + leases[0]
    default: query += "&leases=" + leases.joined(separator: ",")
    }
    return query
  }
}
