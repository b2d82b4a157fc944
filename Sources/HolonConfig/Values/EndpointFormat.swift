import RXON

extension ValueFormat where Value == Endpoint {
  /// A URL.
  /// - Parameter later: schemes that the design has and this version does not, with what they need.
  static func endpoint(schemes: [String], later: [String: String]) -> Self {
    let allowed = schemes.map { "\($0)://" }.joined(separator: ", ")
    return ValueFormat(kind: "url", allowed: allowed, text: \.description) { written in
      // What is written may hold a password; it is never repeated.
      let example = "\(schemes[0])://HOST:PORT"
      guard let endpoint = Endpoint(written) else {
        return .failure(ValueProblem("is not a valid URL", remedy: "write \(example), without user and password"))
      }
      if let need = later[endpoint.scheme] {
        return .failure(
          ValueProblem("this version does not have \(endpoint.scheme) (\(need)) yet", remedy: "use \(example)"))
      }
      guard schemes.contains(endpoint.scheme) else {
        return .failure(ValueProblem("the scheme \(endpoint.scheme) is not known here", remedy: "use \(example)"))
      }
      return .success(endpoint)
    }
  }
}

extension [String: String] {
  /// Schemes of later versions at which a node will listen.
  static let listeners = ["https": "TLS", "grpc": "gRPC", "grpcs": "gRPC over TLS"]
  /// Schemes of later versions by which a parent will be dialled.
  static let uplinks = ["https": "TLS", "wss": "TLS", "grpc": "gRPC", "grpcs": "gRPC over TLS"]
}

extension Endpoint {
  /// Only this machine can dial it.
  var isLoopback: Bool {
    host == "localhost" || host == "::1" || host.hasPrefix("127.")
  }
}

extension ValueFormat where Value == String {
  /// A name that RXON allows for a worker.
  static var identifier: Self {
    ValueFormat(kind: "identifier", allowed: "1 to 128 of A-Z a-z 0-9 _ -", text: { $0 }) { written in
      Identifier.isStrictlyValid(written)
        ? .success(written)
        : .failure(
          ValueProblem(
            "'\(written)' is not a valid identifier", remedy: "use 1 to 128 letters, digits, underscores and hyphens"))
    }
  }
}
