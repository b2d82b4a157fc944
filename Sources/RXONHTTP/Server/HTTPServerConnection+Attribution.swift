import NIOCore

/// Whose connection it is, once a request of it has proven that. Confined to the connection's event loop.
final class ConnectionOwner: @unchecked Sendable {
  // Unchecked: confined to one event loop.
  var client: String?
}

extension HTTPServerConnection {
  /// Counts this connection as one of `client`, for as long as it is open: also as a WebSocket, and until a request is
  /// attributed to another.
  /// - Returns: false when the client has as many connections as it may.
  func attribute(to client: String) -> Bool {
    guard owner.client != client, let channel = context?.channel else { return true }
    guard loop.census.attribute(to: client, insteadOf: owner.client) else {
      loop.refused?(.connectionsOfClient)
      return false
    }
    if owner.client == nil {
      let (owner, census) = (owner, loop.census)
      channel.closeFuture.whenComplete { _ in
        if let client = owner.client { census.closed(of: client) }
      }
    }
    owner.client = client
    return true
  }
}
