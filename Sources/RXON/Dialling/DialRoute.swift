/// The way that connections take to where they are going.
public struct DialRoute: Sendable, Hashable {
  /// Nil for connections without one.
  public var proxy: Proxy?
  /// Nil where the system chooses.
  public var source: DialSource?

  public init(proxy: Proxy? = nil, source: DialSource? = nil) {
    self.proxy = proxy
    self.source = source
  }
}

/// What of this machine connections leave by.
public enum DialSource: Sendable, Hashable {
  /// A network interface, by its name.
  case interface(String)
  /// One of this machine's IP addresses.
  case address(String)
}

extension DialSource: CustomStringConvertible {
  public var description: String {
    switch self {
    case .interface(let name): "interface \(name)"
    case .address(let address): "address \(address)"
    }
  }
}
