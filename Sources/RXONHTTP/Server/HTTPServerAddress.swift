/// Where an ``HTTPServer`` listens.
public enum HTTPServerAddress: Sendable, Hashable {
  /// Port 0 lets the system choose.
  case host(String, port: Int)
  /// A socket in the file system that only its owner may use. A socket that is there already is taken to be left over,
  /// and replaced; any other file is not touched.
  case unixDomainSocket(path: String)
}

extension HTTPServerAddress: CustomStringConvertible {
  public var description: String {
    switch self {
    case .host(let host, let port): "\(host):\(port)"
    case .unixDomainSocket(let path): path
    }
  }
}
