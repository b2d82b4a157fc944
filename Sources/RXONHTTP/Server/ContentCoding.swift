import NIOHTTP1

/// The content coding `lz4`: the body is one LZ4 frame that states its size. Servers and clients of this module offer it to
/// each other by `Accept-Encoding`, in answers too (RFC 7694).
enum ContentCoding {
  static let lz4 = "lz4"

  /// Whether the sender of these headers takes `lz4`, and says so itself: a wildcard does not.
  static func isLZ4Accepted(_ headers: HTTPHeaders) -> Bool {
    headers[canonicalForm: "accept-encoding"].contains { element in
      let parts = element.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
      return parts.first == lz4 && !parts.dropFirst().contains { Double($0.dropFirst(2)) == 0 && $0.hasPrefix("q=") }
    }
  }
}
