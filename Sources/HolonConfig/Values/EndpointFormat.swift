import RXON

extension ValueFormat where Value == Endpoint {
  /// An address to listen on: with a port, without a path.
  static var listened: Self { listened(schemes: ["http", "https"]) }

  /// An address at which children dial in.
  static var listenedForChildren: Self { listened(schemes: ["http", "https"] + gRPC) }

  /// An address to listen on with TLS.
  static var securelyListened: Self { listened(schemes: ["https"]) }

  private static func listened(schemes: [String]) -> Self {
    endpoint(schemes: schemes) { endpoint in
      if endpoint.port == nil {
        return ValueProblem("\(endpoint) has no port", remedy: "write \(endpoint.scheme)://\(endpoint.host):PORT")
      }
      guard endpoint.path.isEmpty else {
        return ValueProblem("\(endpoint) has a path", remedy: "write \(endpoint.scheme)://\(endpoint.authority)")
      }
      return nil
    }
  }

  /// Where a parent is dialled.
  static var dialled: Self { dialled(schemes: ["http", "https", "ws", "wss"] + gRPC) }

  /// Where a parent is dialled with TLS.
  static var securelyDialled: Self { dialled(schemes: ["https"]) }

  private static var gRPC: [String] { ["grpc", "grpcs"] }

  /// Whether this program was built with the trait that brings gRPC.
  private static var hasGRPC: Bool {
    #if GRPC
      true
    #else
      false
    #endif
  }

  private static func dialled(schemes: [String]) -> Self {
    endpoint(schemes: schemes) { endpoint in
      if endpoint.port == 0 {
        return ValueProblem("\(endpoint) has port 0", remedy: "write the port that the parent listens on")
      }
      guard endpoint.path.isEmpty || !gRPC.contains(endpoint.scheme) else {
        return ValueProblem(
          "\(endpoint) has a path, and gRPC has none", remedy: "write \(endpoint.scheme)://\(endpoint.authority)")
      }
      return nil
    }
  }

  /// Those that this build has, for a message.
  private static func built(_ schemes: [String]) -> String {
    schemes.filter { hasGRPC || !gRPC.contains($0) }.map { "\($0)://" }.joined(separator: ", ")
  }

  /// - Parameter objection: what else is wrong with an endpoint.
  private static func endpoint(
    schemes: [String], objection: @escaping @Sendable (Endpoint) -> ValueProblem?
  ) -> Self {
    let allowed = schemes.map { "\($0)://" }.joined(separator: ", ")
    return ValueFormat(kind: "url", allowed: allowed, text: \.description) { written in
      let endpoint: Endpoint
      do throws(EndpointError) {
        endpoint = try Endpoint(written)
      } catch {
        return .failure(ValueProblem(error, example: "\(schemes[0])://HOST:PORT"))
      }
      guard schemes.contains(endpoint.scheme) else {
        return .failure(
          ValueProblem("the scheme \(endpoint.scheme) is not known here", remedy: "use \(built(schemes))"))
      }
      guard hasGRPC || !gRPC.contains(endpoint.scheme) else {
        return .failure(
          ValueProblem(
            "this build has no gRPC", remedy: "build it with `swift build --traits GRPC`, or use \(schemes[0])://"))
      }
      return objection(endpoint).map { .failure($0) } ?? .success(endpoint)
    }
  }
}

extension ValueProblem {
  /// What is written may hold a password: it is not repeated.
  fileprivate init(_ error: EndpointError, example: String) {
    switch error.problem {
    case .whiteSpace: self.init("the URL contains white space", remedy: "write \(example)")
    case .noScheme: self.init("the URL has no scheme", remedy: "write \(example)")
    case .noHost: self.init("the URL has no host", remedy: "write \(example)")
    case .brackets: self.init("the URL's host is malformed", remedy: "write an IPv6 address in brackets: [::1]")
    case .port: self.init("the URL's port is no number from 0 to 65535", remedy: "write \(example)")
    case .credentials: self.init("a URL must not hold user and password", remedy: "give the token in its own key")
    case .query: self.init("the URL has a query or a fragment", remedy: "write \(example)")
    }
  }
}

extension SectionReader {
  /// Tells where the scheme of an address and what is written under `tls` do not go together.
  /// - Parameter remedy: what to do where a secure scheme needs more; nil where it needs nothing.
  func match(_ url: Endpoint, tls: SectionReader?, remedy: String?) {
    guard !reading.describing else { return }
    if !url.isSecure, let tls {
      reading.fault(
        at: tls.place, "\(url) is not encrypted, but there are tls settings for it",
        remedy: "write \(url.scheme)s://\(url.authority), or remove tls")
    }
    if url.isSecure, tls == nil, let remedy {
      reading.fault(at: place(of: "url"), "\(url) needs a certificate", remedy: remedy)
    }
  }
}

extension Endpoint {
  /// Encrypted.
  var isSecure: Bool { scheme == "https" || scheme == "wss" || scheme == "grpcs" }

  /// Only this machine can dial it.
  var isLoopback: Bool {
    host == "localhost" || host == "::1" || host.hasPrefix("127.")
  }
}
