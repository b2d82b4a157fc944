extension Endpoint {
  /// Whether the host is an onion service, which Tor reaches and DNS must never be asked for (RFC 7686).
  public var isOnion: Bool {
    let labels = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: true)
    return labels.last.map { Substring($0).lowercased() == "onion" } ?? false
  }
}
