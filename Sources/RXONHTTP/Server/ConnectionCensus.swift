import Synchronization

/// Counts the open connections of a server, over all its loops: in all, by network, and by client. What it holds is
/// bounded by the number of connections.
package final class ConnectionCensus: Sendable {
  private struct State {
    var total = 0
    var ofNetwork: [String: Int] = [:]
    var ofClient: [String: Int] = [:]
  }

  private let limits: HTTPServerLimits
  private let state = Mutex(State())

  package init(limits: HTTPServerLimits) {
    self.limits = limits
  }

  /// Counts a new connection, welcome or not; ``closed(_:)`` must follow.
  /// - Returns: why it is not welcome; nil when it is.
  package func opened(from network: String) -> HTTPRefusal? {
    state.withLock { state in
      state.total += 1
      state.ofNetwork[network, default: 0] += 1
      if state.total > limits.connections { return .connections }
      return state.ofNetwork[network, default: 0] > limits.connectionsPerAddress ? .connectionsOfAddress : nil
    }
  }

  package func closed(from network: String) {
    state.withLock { state in
      state.total -= 1
      Self.decrease(&state.ofNetwork, network)
    }
  }

  /// Counts a connection as one of `client`, and no more as one of `former`.
  /// - Returns: false, with nothing changed, when `client` has as many as it may.
  package func attribute(to client: String, insteadOf former: String?) -> Bool {
    state.withLock { state in
      guard state.ofClient[client, default: 0] < limits.connectionsPerClient else { return false }
      state.ofClient[client, default: 0] += 1
      if let former { Self.decrease(&state.ofClient, former) }
      return true
    }
  }

  package func closed(of client: String) {
    state.withLock { Self.decrease(&$0.ofClient, client) }
  }

  private static func decrease(_ counts: inout [String: Int], _ key: String) {
    guard let count = counts[key] else { return }
    counts[key] = count > 1 ? count - 1 : nil
  }
}
