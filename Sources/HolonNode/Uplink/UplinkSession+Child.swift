import HolonRouting
import Logging
import RXON

/// Speaking for a child, which comes and goes.
///
/// While the child is gone nothing is asked for. What was acknowledged to it is still delivered under its name, and the
/// parent hears of the tasks that wait for its return. After that the session ends.
extension UplinkSession {
  /// The child came, told something new of itself, or was lost.
  func childChanged(isHere: Bool) {
    if isHere != self.isHere { isHere ? cameBack() : left() }
    if isHere { offerChanged() }
    advance()
  }

  private func cameBack() {
    isHere = true
    isLeaving = false
    registration.interrupted(at: node.clock.uptime)
    listenForCommands()
    if state == .connected { node.enter { $0.uplinkChanged(self, isAvailable: true) } }
  }

  private func left() {
    isHere = false
    commands?.cancel()
    commands = nil
    offerMayHaveChangedSince = nil
    if state == .connected {
      // The parent hears that it is leaving before what waits for it is through.
      heartbeat.statusChanged(at: node.clock.uptime)
      node.enter { $0.uplinkChanged(self, isAvailable: false) }
    } else {
      outbox.uplinkRestored(id, at: clockNow())
    }
  }

  /// Says that the child is gone once nothing of it waits, and ends. A task that waits for the child's return is its own
  /// until then, and the parent hears so.
  func leaveIfDone() {
    guard !isHere, farewell == nil, isFlushed, !isRegistering, !holdsTasks else { return }
    if state == .connected {
      farewell = spawn { session in
        await session.sayOffline()
        session.farewellSaid()
      }
    } else if !hasPollsToKeep {
      node.enter { $0.dismiss(self) }
    }
  }

  private var holdsTasks: Bool { node.enter { !$0.router.currentTaskIDs(for: self.id).isEmpty } }

  private func farewellSaid() {
    farewell = nil
    if state == .connected {
      state = .disconnected
      node.enter { $0.uplinkChanged(self, isAvailable: false) }
    }
    advance()
  }
}
