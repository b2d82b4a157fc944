import NIOHTTP1
import RXON
import RXONWire

/// Writes what a listener answers as HTTP (protocol §1).
struct ListenerAnswerEncoder: Sendable {
  private static let holonHeader = (name: RXONProtocol.Header.holon, value: "1")

  /// Who asked.
  let isHolon: Bool
  let features: HolonFeatures

  init(credentials: Credentials) {
    isHolon = credentials.isHolon
    features = credentials.features
  }

  func response(_ answer: ListenerAnswer) -> HTTPResponse {
    var response = Self.response(WireAnswer(answer, isHolon: isHolon))
    guard isHolon else { return response }
    response.headers.append(Self.holonHeader)
    if case .registered = answer, !features.isEmpty {
      response.headers.append((name: RXONProtocol.Header.features, value: features.header))
    }
    return response
  }

  /// Several answers in one.
  func response(json: [UInt8]) -> HTTPResponse {
    var response = HTTPResponse.json(.ok, json)
    if isHolon { response.headers.append(Self.holonHeader) }
    return response
  }

  static func response(for failure: CallFailure) -> HTTPResponse {
    response(WireAnswer(refusing: failure))
  }

  private static func response(_ answer: WireAnswer) -> HTTPResponse {
    guard !answer.body.isEmpty else { return HTTPResponse(status: HTTPResponseStatus(statusCode: answer.status)) }
    let response = HTTPResponse.json(HTTPResponseStatus(statusCode: answer.status), answer.body)
    return answer.retryAfter.map { response.retrying(after: wholeSeconds($0)) } ?? response
  }

  /// Rounded up.
  private static func wholeSeconds(_ pause: Duration) -> Int {
    let parts = pause.components
    return Int(clamping: max(0, parts.seconds)) + (parts.attoseconds > 0 ? 1 : 0)
  }

  static func response(to failure: ListenerRoute.Failure) -> HTTPResponse {
    switch failure {
    case .unknownPath: return .error(.notFound, "no such call")
    case .invalidWorkerID: return .error(.badRequest, "the worker id in the path is not a valid identifier")
    case .wrongMethod(let allowed):
      var response = HTTPResponse.error(.methodNotAllowed, "this call is made with \(allowed.rawValue)")
      response.headers.append((name: "Allow", value: allowed.rawValue))
      return response
    }
  }
}
