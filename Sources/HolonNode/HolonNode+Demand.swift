import HolonConfig
import HolonRouting
import NIOCore
import RXON

/// Letting the uplinks look at what changed, and asking the parents for what there is a use for.
extension HolonNode {
  // MARK: Attention

  /// Lets the sessions that speak for the whole node look at what changed, and those of the children that were noticed;
  /// once for all that happens in this turn of the loop.
  func attendToUplinks() {
    guard !uplinksNeedAttention, !uplinks.isEmpty else { return }
    uplinksNeedAttention = true
    loop.execute {
      self.assumeIsolated { $0.attendNow() }
    }
  }

  /// Lets one session look at what changed.
  func attend(to uplink: UplinkID) {
    if let child = uplink.child { noticedChildren.insert(child) }
    attendToUplinks()
  }

  private func attendNow() {
    uplinksNeedAttention = false
    let children = noticedChildren
    noticedChildren = []
    for uplink in uplinks {
      uplink.nodeSession?.enter { $0.advance() }
      for child in children { uplink.session(of: child)?.enter { $0.advance() } }
    }
    waitingChildren.formUnion(children)
    openPollsOnDemand()
    noteIfDrained()
  }

  /// Notes whose sessions an event concerns: of many children each event looks at those of one.
  func notice(_ event: RoutingEvent, takesWorkAgain: Bool) {
    guard uplinks.contains(where: { $0.naming != nil }) else { return }
    if let child = event.child { noticedChildren.insert(child) }
    if takesWorkAgain { noticeAllChildren() }
  }

  private func noticeAllChildren() {
    noticedChildren.formUnion(sessions.compactMap(\.id.child))
  }

  func uplinkChanged(_ session: UplinkSession, isAvailable: Bool) {
    let id = session.id
    // One of an uplink that was exchanged says nothing of that in its place.
    guard let place = uplinks.firstIndex(where: { $0.sessions[id] === session }) else { return }
    let wasThere = !uplinks[place].connected.isEmpty
    if isAvailable {
      uplinks[place].connected.insert(id)
    } else {
      uplinks[place].connected.remove(id)
    }
    let isThere = !uplinks[place].connected.isEmpty
    uplinkSelection.set(id.parent, available: isThere, at: clock.uptime)
    if isThere != wasThere { noticeAllChildren() }
    attend(to: id)
  }

  // MARK: Polls

  /// Opens as many polls as there is a use for tasks, no more (promise 6).
  private func openPollsOnDemand() {
    guard lifecycle == .running else { return }
    let moment = now
    openPollsOfChildren(at: moment)
    let wanted = openablePolls
    guard wanted > 0 else { return }
    let shares = uplinkSelection.allot(wanted, at: moment.uptime) { uplink in
      let room = nodeSession(of: uplink)?.enter { $0.pollRoom(at: moment) } ?? 0
      // Another parent may be asked in advance for more than this one.
      return max(0, min(room, router.demand(for: uplink).count - openPolls))
    }
    for share in shares { open(share, for: nil, at: moment) }
  }

  /// Uses for tasks that no poll asks for yet.
  private var openablePolls: Int {
    (uplinks.lazy.map { self.router.demand(for: $0.id).count }.max() ?? 0) - openPolls
  }

  private func nodeSession(of uplink: UplinkID) -> UplinkSession? {
    uplinks.first { $0.id == uplink }?.nodeSession
  }

  /// A child's parked polls are matched one by one: by polls of its own at parents that know it, by the node's at others.
  private func openPollsOfChildren(at moment: Moment) {
    guard !waitingChildren.isEmpty else { return }
    // Polls of the node's own are for any child, so that both together must not ask for more than all have a use for.
    let isMixed = uplinks.contains { $0.nodeSession != nil }
    for child in waitingChildren {
      let lanes = uplinks.compactMap { $0.session(of: child) }
      let demand = lanes.map { router.demand(for: $0.id).count }.max() ?? 0
      let wanted = demand - lanes.reduce(0) { $0 + $1.enter { $0.openPolls } }
      let allowed = isMixed ? min(wanted, openablePolls) : wanted
      if allowed >= wanted { waitingChildren.remove(child) }
      guard allowed > 0 else { continue }
      let shares = uplinkSelection.allot(allowed, at: moment.uptime) { uplink in
        room(at: uplink, for: child, moment)
      }
      for share in shares { open(share, for: child, at: moment) }
    }
  }

  /// The session that asks this parent on behalf of the child.
  private func asker(at uplink: UplinkID, for child: String?) -> UplinkSession? {
    guard let uplink = uplinks.first(where: { $0.id == uplink }) else { return nil }
    return uplink.nodeSession ?? child.flatMap(uplink.session(of:))
  }

  private func room(at uplink: UplinkID, for child: String, _ moment: Moment) -> Int {
    asker(at: uplink, for: child)?.enter { $0.pollRoom(at: moment) } ?? 0
  }

  private func open(_ share: UplinkSelection.Share, for child: String?, at moment: Moment) {
    guard let session = asker(at: share.uplink, for: child) else { return }
    let demand = router.demand(for: session.id)
    session.enter { $0.openPolls(share.polls, for: demand, at: moment) }
  }
}

extension RoutingEvent {
  /// Whom the event is about, as far as that may change what is asked or told on its behalf.
  fileprivate var child: String? {
    switch self {
    case .childRegistered(_, let registration, _): registration.workerID
    case .childHeartbeat(_, let child, _), .childCommandChannelOpened(let child), .childCommandChannelClosed(let child),
      .childRevoked(let child), .resultArrived(_, let child, _), .eventArrived(_, let child, _),
      .receiptsConfirmed(let child, _):
      child
    case .pollArrived(_, let poll): poll.workerID
    case .taskArrived(_, let uplink), .taskRefused(_, let uplink, _, _), .commandArrived(_, let uplink),
      .cancellationsArrived(_, let uplink):
      uplink.child
    case .callAbandoned, .handOutFailed, .contentLost, .resultSettled, .taskDropped, .persistFailed, .timePassed,
      .drainStarted:
      nil
    }
  }
}
