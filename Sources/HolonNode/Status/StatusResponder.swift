import HolonConfig
import NIOHTTP1
import RXONHTTP
import RXONSignatures

/// Answers `/livez`, `/readyz`, `/status` and `/metrics`.
struct StatusResponder: HTTPResponder {
  let node: HolonNode
  /// Asked for as a bearer token by `/status` and `/metrics`.
  let token: Secret?

  func respond(to request: HTTPRequest, _ exchange: HTTPExchange) {
    guard request.method == .GET else {
      exchange.answer(.error(.methodNotAllowed, "only GET is served here"))
      return
    }
    switch request.path {
    case "/livez":
      exchange.answer(.text(.ok, "alive\n"))
    case "/readyz":
      node.onLoop { node in
        exchange.answer(
          node.isReady ? .text(.ok, "ready\n") : .text(.serviceUnavailable, "\(node.unreadiness)\n"))
      }
    case "/status" where isAuthorized(request):
      node.onLoop { exchange.answer(.json(.ok, $0.statusReport().json())) }
    case "/metrics" where isAuthorized(request):
      node.onLoop { exchange.answer(.text(.ok, $0.statusReport().metrics())) }
    case "/status", "/metrics":
      exchange.answer(.error(.unauthorized, "present the status token: Authorization: Bearer …"))
    default:
      exchange.answer(.error(.notFound, "there are /livez, /readyz, /status and /metrics"))
    }
  }

  private func isAuthorized(_ request: HTTPRequest) -> Bool {
    guard let token else { return true }
    return constantTimeEquals(request.headers.first(name: "Authorization") ?? "", "Bearer \(token.exposed)")
  }
}
