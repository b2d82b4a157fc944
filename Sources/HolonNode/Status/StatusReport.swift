import HolonRouting
import RXON

/// What a node says of itself at `/status`.
struct StatusReport {
  struct Uplink {
    var name: String
    var url: String
    var state: String
    var lastError: String?
    var openPolls: Int
    var waitingResults: Int
    var waitingEvents: Int
  }

  struct Child {
    var id: String
    var status: String
    var skills: [String]
    var running: [String]
    var connected: Bool
    var commandChannel: Bool
  }

  var id: String
  var version: String
  var uptimeSeconds: Int
  var isDraining: Bool
  var isReady: Bool
  var uplinks: [Uplink]
  var children: [Child]
  var tasksQueued: Int
  var tasksRunning: Int
  var journal: JournalUsage
  var counters: Counters

  /// The answer of `GET /status`.
  func json() -> RawJSON {
    .object { object in
      object.add("id", id)
      object.add("version", version)
      object.add("uptime_seconds", uptimeSeconds)
      object.add("draining", isDraining)
      object.add("ready", isReady)
      object.add("uplinks", uplinks.map(Self.json(of:)))
      object.add("children", children.map(Self.json(of:)))
      object.add("tasks", .object { $0.add("queued", tasksQueued); $0.add("running", tasksRunning) })
      object.add(
        "outbox",
        .object {
          $0.add("results", uplinks.reduce(0) { $0 + $1.waitingResults })
          $0.add("events", uplinks.reduce(0) { $0 + $1.waitingEvents })
        })
      object.add("dead_letters", journal.deadLetters)
      object.add(
        "journal",
        .object {
          $0.add("bytes", journal.bytes)
          $0.add("tasks", journal.tasks)
          $0.add("results", journal.results)
          $0.add("events", journal.events)
        })
      object.add("counters", countersJSON)
    }
  }

  private var countersJSON: RawJSON {
    .object { object in
      for (name, value) in counters.sorted {
        object.add(name.label.map { "\(name.name).\($0)" } ?? name.name, value)
      }
    }
  }

  private static func json(of uplink: Uplink) -> RawJSON {
    .object { object in
      object.add("name", uplink.name)
      object.add("url", uplink.url)
      object.add("state", uplink.state)
      if let error = uplink.lastError { object.add("last_error", error) }
      object.add("open_polls", uplink.openPolls)
      object.add("waiting_results", uplink.waitingResults)
      object.add("waiting_events", uplink.waitingEvents)
    }
  }

  private static func json(of child: Child) -> RawJSON {
    .object { object in
      object.add("id", child.id)
      object.add("status", child.status)
      object.add("skills", child.skills)
      object.add("running", child.running)
      object.add("connected", child.connected)
      object.add("command_socket", child.commandChannel)
    }
  }

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
    gauge("outbox_results", uplinks.reduce(0) { $0 + $1.waitingResults })
    gauge("outbox_events", uplinks.reduce(0) { $0 + $1.waitingEvents })
    gauge("dead_letters", journal.deadLetters)
    gauge("journal_bytes", journal.bytes)
    var lastName: String?
    for (name, value) in counters.sorted {
      if name.name != lastName { text += "# TYPE holon_\(name.name)_total counter\n" }
      lastName = name.name
      let label = name.label.map { "{reason=\"\($0)\"}" } ?? ""
      text += "holon_\(name.name)_total\(label) \(value)\n"
    }
    return text
  }
}
