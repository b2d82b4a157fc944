import HolonPKI
import NIOHTTP1
import RXONHTTP

/// Answers those that join, at the authority's own address.
struct EnrolmentResponder: HTTPResponder {
  let node: HolonNode

  func respond(to request: HTTPRequest, _ exchange: HTTPExchange) {
    guard request.path == EnrolmentRequest.enrolPath else {
      exchange.answer(.error(.notFound, "nodes join here, by invitation: POST \(EnrolmentRequest.enrolPath)"))
      return
    }
    guard request.method == .POST else {
      exchange.answer(.error(.methodNotAllowed, "only POST is served here"))
      return
    }
    node.onLoop { $0.enrol(request, exchange) }
  }
}

/// Answers children that renew their certificate, at the listeners that they dial anyway.
struct RenewalResponder: HTTPResponder {
  let node: HolonNode

  func respond(to request: HTTPRequest, _ exchange: HTTPExchange) {
    guard request.method == .POST else {
      exchange.answer(.error(.methodNotAllowed, "only POST is served here"))
      return
    }
    guard request.body.count <= EnrolmentRequest.sizeLimit else {
      exchange.answer(.error(.payloadTooLarge, "the body is larger than \(EnrolmentRequest.sizeLimit) bytes"))
      return
    }
    node.onLoop { $0.renewCertificate(request, exchange) }
  }
}
