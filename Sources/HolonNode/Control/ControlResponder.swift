import NIOHTTP1
import RXON
import RXONHTTP

/// Answers `GET /children` and `POST /children/ID/CHANGE`.
struct ControlResponder: HTTPResponder {
  let node: HolonNode

  func respond(to request: HTTPRequest, _ exchange: HTTPExchange) {
    let path = request.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    guard path.first == "children" else { return refuseUnknown(exchange) }
    let rest = path.dropFirst().map(String.init)
    switch (request.method, rest.count) {
    case (.GET, 0):
      node.onLoop { exchange.answer(.json(.ok, Self.list($0.childAccess()))) }
    case (.POST, 2):
      guard let change = ChildAccessChange(rawValue: rest[1]) else { return refuseUnknown(exchange) }
      let child = rest[0]
      node.onLoop { node in
        node.change(change, of: child) { exchange.answer(Self.response(to: $0, of: child)) }
      }
    default:
      refuseUnknown(exchange)
    }
  }

  private func refuseUnknown(_ exchange: HTTPExchange) {
    let changes = ChildAccessChange.allCases.map(\.rawValue).joined(separator: ", ")
    exchange.answer(
      .error(.notFound, "there are GET /children and POST /children/ID/CHANGE, CHANGE being one of \(changes)"))
  }

  private static func list(_ entries: [ChildAccessEntry]) -> [UInt8] {
    RawJSON.object(["children": .array(entries.map(\.json))]).bytes
  }

  private static func response(
    to outcome: Result<String?, ChildAccessRefusal>, of child: String
  ) -> HTTPResponse {
    switch outcome {
    case .success(let token):
      var members = [JSONMember(name: "id", value: .string(child))]
      if let token { members.append(JSONMember(name: "token", value: .string(token))) }
      return .json(.ok, RawJSON.object(members).bytes)
    case .failure(let refusal):
      return .error(refusal.status, refusal.description)
    }
  }
}

extension ChildAccessRefusal {
  fileprivate var status: HTTPResponseStatus {
    switch self {
    case .invalidID: .badRequest
    case .revoked, .notRevoked: .conflict
    case .full, .notStored: .serviceUnavailable
    case .unavailable: .internalServerError
    }
  }
}
