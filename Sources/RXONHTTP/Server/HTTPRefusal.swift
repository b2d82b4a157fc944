/// Why a server turned a connection or a request away before its responder saw it, or instead of serving it on.
public enum HTTPRefusal: String, Sendable, Hashable, CaseIterable {
  /// More connections than the server takes.
  case connections
  /// More connections than one address may have.
  case connectionsOfAddress = "connections_of_address"
  /// More connections than one client may have, whoever it turned out to be.
  case connectionsOfClient = "connections_of_client"
  case slowHeader = "slow_header"
  case slowBody = "slow_body"
  case largeHeader = "large_header"
  case largeBody = "large_body"
  /// Not HTTP/1.1, or with something that is not supported.
  case malformed
}
