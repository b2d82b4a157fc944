import Synchronization

/// The URL schemes that transports are known for. Modules register theirs, once, before ``makeTransport(url:workerID:token:)``
/// is called with one. Thread-safe.
public enum TransportSchemes {
  /// Makes a transport that is not connected yet.
  public typealias Maker =
    @Sendable (_ endpoint: Endpoint, _ workerID: String, _ token: String?) throws -> any Transport

  private static let makers = Mutex<[String: Maker]>([
    "mock": { endpoint, workerID, _ in MockTransport(workerID: workerID, endpoint: endpoint) }
  ])

  /// Makes a scheme known. A later registration replaces an earlier one.
  public static func register(_ scheme: String, _ maker: @escaping Maker) {
    makers.withLock { $0[scheme.lowercased()] = maker }
  }

  /// Sorted.
  public static var known: [String] {
    makers.withLock { $0.keys.sorted() }
  }

  static func maker(for scheme: String) -> Maker? {
    makers.withLock { $0[scheme] }
  }
}

/// Makes a transport by the scheme of the URL: `mock`, and those that other modules registered.
/// - Throws: ``EndpointError``, ``UnknownSchemeError``, or what the scheme's maker throws.
public func makeTransport(url: String, workerID: String, token: String?) throws -> any Transport {
  let endpoint = try Endpoint(url)
  guard let maker = TransportSchemes.maker(for: endpoint.scheme) else {
    throw UnknownSchemeError(scheme: endpoint.scheme, known: TransportSchemes.known)
  }
  return try maker(endpoint, workerID, token)
}

/// No transport is known for a scheme.
public struct UnknownSchemeError: Error, Sendable, Hashable, CustomStringConvertible {
  public var scheme: String
  public var known: [String]

  public init(scheme: String, known: [String]) {
    self.scheme = scheme
    self.known = known
  }

  public var description: String {
    "no transport for '\(scheme)://': the known schemes are \(known.joined(separator: ", "))"
  }
}
