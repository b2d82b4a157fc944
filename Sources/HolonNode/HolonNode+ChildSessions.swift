import HolonRouting
import Logging
import RXON

/// The sessions of children that are workers of their own at a parent: they come and go with the children, and stay as
/// long as something waits for the parent, or a task for the child.
extension HolonNode {
  /// A child came, told something new of itself, or was lost.
  func childChanged(_ child: String) {
    guard lifecycle == .running || lifecycle == .draining else { return }
    let isHere = router.isRegistered(child)
    for place in uplinks.indices where uplinks[place].naming != nil {
      if let session = uplinks[place].session(of: child) {
        session.enter { $0.childChanged(isHere: isHere) }
      } else if isHere {
        openSession(of: child, at: place)
      } else {
        uplinks[place].unnameable.remove(child)
      }
    }
  }

  private func openSession(of child: String, at place: Int) {
    guard !uplinks[place].unnameable.contains(child) else { return }
    let id = UplinkID(uplinks[place].id.name, child: child)
    do throws(TransportError) {
      let session = try makeSession(id, isHere: true, over: &uplinks[place])
      if lifecycle == .draining { session.enter { $0.startDraining() } }
      session.enter { $0.start() }
    } catch {
      uplinks[place].unnameable.insert(child)
      counters.add("children_not_passed_on")
      logger.error(
        "A child cannot be a worker of its own at the parent, which gives it no work",
        metadata: ["child": "\(child)", "uplink": "\(id.name)", "reason": "\(error.message)"])
    }
  }

  /// Lets what was just stored be taken to its parent, also for a child that is gone. Without a session that could, it
  /// waits in the journal.
  func deliver(_ item: OutboxID, _ message: OutboundMessage, to id: UplinkID) {
    if let session = session(of: id) { return session.enter { $0.deliver(item, message) } }
    guard let place = uplinks.firstIndex(where: { $0.id == id.parent }), uplinks[place].naming != nil,
      let session = try? makeSession(id, isHere: false, over: &uplinks[place])
    else {
      counters.add("deliveries_held")
      return logger.warning(
        "What was stored waits in the journal: its uplink is not configured",
        metadata: ["uplink": "\(id)", "item": "\(item)"])
    }
    session.enter {
      $0.deliver(item, message)
      $0.start()
    }
  }

  /// Makes sessions for those of whom the journal holds something, and for the children that are here.
  func makeSessions(over uplink: inout Uplink, for snapshot: JournalSnapshot) {
    let owed = Set(snapshot.results.map(\.uplink) + snapshot.events.map(\.uplink))
    let busy = Set(snapshot.tasks.map(\.uplink))
    let present = router.registeredChildren.map { UplinkID(uplink.id.name, child: $0) }
    if uplink.naming != nil {
      for id in owed.union(busy).union(present) where id.parent == uplink.id {
        let session = try? makeSession(id, isHere: id.child.map(router.isRegistered) ?? false, over: &uplink)
        // Until the child is back, its session's heartbeats name its tasks.
        if busy.contains(id) { session?.enter { $0.mustRegister = true } }
      }
    }
    for session in uplink.sessions.values { session.enter { $0.restore(snapshot) } }
  }

  /// The session's child is gone, and nothing of it is left to deliver.
  func dismiss(_ session: UplinkSession) {
    guard let place = uplinks.firstIndex(where: { $0.sessions[session.id] === session }) else { return }
    uplinks[place].sessions[session.id] = nil
    uplinks[place].connected.remove(session.id)
    session.enter { _ = $0.spawn { await $0.close() } }
  }
}
