import HolonRouting

extension StatusReport {
  /// The answer of `GET /metrics`, in Prometheus' text format.
  func metrics() -> String {
    var text = ""
    func gauge(_ name: String, _ value: Int) {
      text += "# TYPE holon_\(name) gauge\nholon_\(name) \(value)\n"
    }
    gauge("uptime_seconds", uptimeSeconds)
    gauge("ready", isReady ? 1 : 0)
    gauge("children", children.count)
    gauge("tasks_queued", tasksQueued)
    gauge("tasks_running", tasksRunning)
    gauge("outbox_results", waitingResults)
    gauge("outbox_events", waitingEvents)
    gauge("dead_letters", journal.deadLetters)
    gauge("journal_bytes", journal.bytes)
    if !certificates.isEmpty {
      text += "# TYPE holon_certificate_expiry_timestamp_seconds gauge\n"
      for certificate in certificates {
        text += "holon_certificate_expiry_timestamp_seconds{for=\"\(certificate.subject)\"} \(certificate.expires)\n"
      }
    }
    if !transparent.isEmpty {
      text += "# TYPE holon_uplink_workers gauge\n"
      for uplink in transparent {
        for state in Self.workerStates {
          let count = uplink.workers.count { $0.state == state }
          text += "holon_uplink_workers{uplink=\"\(Self.label(uplink.name))\",state=\"\(state)\"} \(count)\n"
        }
      }
    }
    text += Compression.metrics(of: compression)
    var lastName: String?
    for (name, value) in counters.sorted {
      if name.name != lastName { text += "# TYPE holon_\(name.name)_total counter\n" }
      lastName = name.name
      let label = name.label.map { "{reason=\"\($0)\"}" } ?? ""
      text += "holon_\(name.name)_total\(label) \(value)\n"
    }
    return text
  }

  /// Of workers, so that there are as many lines for a thousand children as for one.
  private static let workerStates = ["connecting", "connected", "backing_off", "gone"]

  /// Text as the value of a label.
  private static func label(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}
