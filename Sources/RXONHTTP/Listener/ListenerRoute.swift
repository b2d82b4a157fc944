import NIOHTTP1
import RXON

/// The calls of protocol §1, found by method and path.
enum ListenerRoute: Hashable {
  case register
  case poll(workerID: String)
  case heartbeat(workerID: String)
  case result
  case event
  case issueToken
  case refreshToken
  /// The id is nil where the client names itself in a header only.
  case commands(workerID: String?)
  case link(workerID: String)

  enum Failure: Error, Equatable {
    case unknownPath
    case wrongMethod(allowed: HTTPMethod)
    case invalidWorkerID
  }

  init(method: HTTPMethod, path: Substring) throws(Failure) {
    guard path.hasPrefix(RXONProtocol.Path.prefix + "/") else { throw .unknownPath }
    let segments = path.dropFirst(RXONProtocol.Path.prefix.count + 1).split(
      separator: "/", omittingEmptySubsequences: false)
    switch (segments.count, segments[0]) {
    case (2, "tasks") where segments[1] == "result": self = .result
    case (1, "events"): self = .event
    case (2, "auth") where segments[1] == "token": self = .issueToken
    case (3, "auth") where segments[1] == "token" && segments[2] == "refresh": self = .refreshToken
    case (2, "workers") where segments[1] == "register" && method == .POST: self = .register
    case (2, "workers"): self = .heartbeat(workerID: try Self.workerID(segments[1]))
    case (4, "workers") where segments[2] == "tasks" && segments[3] == "next":
      self = .poll(workerID: try Self.workerID(segments[1]))
    case (1, "ws"): self = .commands(workerID: nil)
    case (2, "link"): self = .link(workerID: try Self.workerID(segments[1]))
    case (2, "ws"): self = .commands(workerID: try Self.workerID(segments[1]))
    default: throw .unknownPath
    }
    guard method == self.method else { throw .wrongMethod(allowed: self.method) }
  }

  private var method: HTTPMethod {
    switch self {
    case .poll, .commands, .link: .GET
    case .heartbeat: .PATCH
    case .register, .result, .event, .issueToken, .refreshToken: .POST
    }
  }

  private static func workerID(_ segment: Substring) throws(Failure) -> String {
    guard let id = PercentEncoding.decode(segment), Identifier.isStrictlyValid(id) else { throw .invalidWorkerID }
    return id
  }
}
