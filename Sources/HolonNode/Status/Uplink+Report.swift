import HolonConfig
import HolonRouting
import RXON

extension Uplink {
  /// The parent knows somebody here. Where each child stands for itself, a node without any has nobody to make known.
  var isReady: Bool {
    !connected.isEmpty || naming != nil && !sessions.values.contains { $0.enter { $0.isHere } }
  }

  func report() -> StatusReport.Uplink {
    let workers = sessions.values.map { $0.enter { $0.report() } }.sorted { $0.id < $1.id }
    return StatusReport.Uplink(
      name: id.name, mode: configuration.mode.rawValue, url: "\(configuration.url)", state: state(workers),
      lastError: workers.lazy.compactMap(\.lastError).first, workers: workers, isTransparent: naming != nil)
  }

  /// Connected when somebody is. Workers that are gone say nothing of the link.
  private func state(_ workers: [StatusReport.Worker]) -> String {
    if !connected.isEmpty { return UplinkSession.LinkState.connected.rawValue }
    let present = workers.filter(\.isHere)
    if present.isEmpty { return naming == nil ? UplinkSession.LinkState.closed.rawValue : "no_children" }
    return present[0].state
  }
}

extension UplinkSession {
  func report() -> StatusReport.Worker {
    let waiting = outbox.counts(for: id)
    return StatusReport.Worker(
      id: transport.workerID, child: id.child, isHere: isHere, state: isHere ? state.rawValue : "gone",
      lastError: lastError, openPolls: openPolls, waitingResults: waiting.results, waitingEvents: waiting.events)
  }
}
