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
    var parkedPolls: Int
    var isConnected: Bool
    var isCommandChannelOpen: Bool
    var isHolon: Bool
  }

  struct Certificate {
    /// What it serves: `listen https://0.0.0.0:8700`, `uplink main`.
    var subject: String
    /// Unix seconds.
    var expires: Int
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
  var certificates: [Certificate]
  var journal: JournalUsage
  var counters: Counters

  /// The answer of `GET /status`.
  func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("id", id)
    writer.member("version", version)
    writer.member("uptime_seconds", uptimeSeconds)
    writer.member("draining", isDraining)
    writer.member("ready", isReady)
    writer.list("uplinks", uplinks, Self.write(_:to:))
    writer.list("children", children, Self.write(_:to:))
    writer.list("certificates", certificates) { certificate, writer in
      writer.member("for", certificate.subject)
      writer.member("expires", certificate.expires)
      writer.member("days_left", (certificate.expires - NodeClock.unixSeconds()) / 86_400)
    }
    writer.object("tasks") { writer in
      writer.member("queued", tasksQueued)
      writer.member("running", tasksRunning)
    }
    writer.object("outbox") { writer in
      writer.member("results", waitingResults)
      writer.member("events", waitingEvents)
    }
    writer.member("dead_letters", journal.deadLetters)
    writer.object("journal") { writer in
      writer.member("bytes", journal.bytes)
      writer.member("tasks", journal.tasks)
      writer.member("results", journal.results)
      writer.member("events", journal.events)
    }
    writer.object("counters") { writer in
      for (name, value) in counters.sorted {
        writer.member(name.label.map { "\(name.name).\($0)" } ?? name.name, .integer(value))
      }
    }
    writer.endObject()
    return writer.bytes
  }

  private var waitingResults: Int { uplinks.reduce(0) { $0 + $1.waitingResults } }
  private var waitingEvents: Int { uplinks.reduce(0) { $0 + $1.waitingEvents } }

  private static func write(_ uplink: Uplink, to writer: inout JSONWriter) {
    writer.member("name", uplink.name)
    writer.member("url", uplink.url)
    writer.member("state", uplink.state)
    writer.member("last_error", uplink.lastError)
    writer.member("open_polls", uplink.openPolls)
    writer.member("waiting_results", uplink.waitingResults)
    writer.member("waiting_events", uplink.waitingEvents)
  }

  private static func write(_ child: Child, to writer: inout JSONWriter) {
    writer.member("id", child.id)
    writer.member("status", child.status)
    writer.member("skills", child.skills)
    writer.member("running", child.running)
    writer.member("parked_polls", child.parkedPolls)
    writer.member("connected", child.isConnected)
    writer.member("command_socket", child.isCommandChannelOpen)
    writer.member("holon", child.isHolon)
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

extension JSONWriter {
  fileprivate mutating func object(_ name: StaticString, _ members: (inout JSONWriter) -> Void) {
    self.name(name)
    beginObject()
    members(&self)
    endObject()
  }

  fileprivate mutating func list<Element>(
    _ name: StaticString, _ elements: [Element], _ members: (Element, inout JSONWriter) -> Void
  ) {
    self.name(name)
    beginArray()
    for element in elements {
      beginObject()
      members(element, &self)
      endObject()
    }
    endArray()
  }
}
